// What aws-iam-authenticator makes of aws-auth documents: its own parser and its own mapper,
// without a cluster around them. One JSON object a line on stdin, one answer a line on stdout.
package main

import (
	"bufio"
	"encoding/json"
	"io"
	"log"
	"os"
	"sort"
	_ "unsafe" // for linkname

	"github.com/sirupsen/logrus"
	"sigs.k8s.io/aws-iam-authenticator/pkg/arn"
	"sigs.k8s.io/aws-iam-authenticator/pkg/config"
	"sigs.k8s.io/aws-iam-authenticator/pkg/mapper/configmap"
	"sigs.k8s.io/aws-iam-authenticator/pkg/token"
)

// The store is filled by a watch only; this is what the watch calls.
//
//go:linkname saveMap sigs.k8s.io/aws-iam-authenticator/pkg/mapper/configmap.(*MapStore).saveMap
func saveMap(store *configmap.MapStore, users []config.UserMapping, roles []config.RoleMapping, accounts []string)

type question struct {
	Data map[string]string `json:"data"`
	// ARNs as STS answers with them.
	Callers []string `json:"callers"`
	// The feature gate SSORoleMatch.
	SSO bool `json:"sso"`
}

type answer struct {
	Roles    []config.RoleMapping `json:"roles"`
	Users    []config.UserMapping `json:"users"`
	Accounts []string             `json:"accounts"`
	Lookups  []lookup             `json:"lookups"`
}

// All that a caller may get: Go walks through a map in an order of chance.
type lookup struct {
	Canonical string    `json:"canonical"`
	Mapped    []mapping `json:"mapped"`
	Account   bool      `json:"account"`
}

type mapping struct {
	Username string   `json:"username"`
	Groups   []string `json:"groups"`
}

// Of two candidates Go may choose one seven times out of eight.
const tries = 40

func main() {
	logrus.SetOutput(io.Discard)
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 16<<20)
	out := bufio.NewWriter(os.Stdout)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for in.Scan() {
		var asked question
		if err := json.Unmarshal(in.Bytes(), &asked); err != nil {
			log.Fatal(err)
		}
		if err := encoder.Encode(ask(&asked)); err != nil {
			log.Fatal(err)
		}
	}
	if err := in.Err(); err != nil {
		log.Fatal(err)
	}
	if err := out.Flush(); err != nil {
		log.Fatal(err)
	}
}

func ask(asked *question) *answer {
	config.SSORoleMatchEnabled = asked.SSO
	users, roles, accounts, _ := configmap.ParseMap(asked.Data)
	mapper := &configmap.ConfigMapMapper{MapStore: &configmap.MapStore{}}
	saveMap(mapper.MapStore, users, roles, accounts)
	found := &answer{Roles: roles, Users: users, Accounts: accounts}
	for _, caller := range asked.Callers {
		found.Lookups = append(found.Lookups, look(mapper, caller))
	}
	return found
}

func look(mapper *configmap.ConfigMapMapper, caller string) lookup {
	_, canonical, err := arn.Canonicalize(caller)
	if err != nil {
		return lookup{}
	}
	result := lookup{Canonical: canonical}
	seen := map[string]mapping{}
	for range tries {
		got, err := mapper.Map(&token.Identity{CanonicalARN: canonical})
		if err != nil {
			break
		}
		found := mapping{Username: got.Username, Groups: got.Groups}
		text, err := json.Marshal(found)
		if err != nil {
			log.Fatal(err)
		}
		seen[string(text)] = found
	}
	keys := make([]string, 0, len(seen))
	for key := range seen {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	for _, key := range keys {
		result.Mapped = append(result.Mapped, seen[key])
	}
	// The fifth part of an ARN.
	result.Account = mapper.IsAccountAllowed(accountOf(canonical))
	return result
}

func accountOf(canonical string) string {
	colons, start := 0, 0
	for at, char := range canonical {
		if char != ':' {
			continue
		}
		colons++
		if colons == 4 {
			start = at + 1
		}
		if colons == 5 {
			return canonical[start:at]
		}
	}
	return ""
}
