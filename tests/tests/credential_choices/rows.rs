//! The table: environment and flag, credentials file, config file, and the source that is used.

/// Variables (`KEYS` exports the pair E) and `--profile`, the credentials file, the config file,
/// and the source in botocore's words.
pub(crate) type Row = (&'static str, &'static str, &'static str, &'static str);

/// Where both sides agree.
pub(crate) const ALIKE: &[Row] = &[
    // The environment and the flag.
    ("KEYS", "", "", "env(E)"),
    ("", "", "", "iam-role()"),
    ("AWS_EC2_METADATA_DISABLED=true", "", "", "error"),
    ("AWS_EC2_METADATA_DISABLED=TRUE", "", "", "error"),
    ("AWS_EC2_METADATA_DISABLED=1", "", "", "iam-role()"),
    ("KEYS", "[default]\nKEYS A\n", "", "env(E)"),
    ("KEYS AWS_PROFILE=a", "[a]\nKEYS A\n", "", "env(E)"),
    (
        "KEYS --profile a",
        "[a]\nKEYS A\n",
        "",
        "shared-credentials-file(A)",
    ),
    (
        "KEYS --profile a",
        "",
        "[profile a]\nregion = x\n",
        "iam-role()",
    ),
    (
        "AWS_PROFILE=a",
        "[a]\nKEYS A\n[b]\nKEYS B\n",
        "",
        "shared-credentials-file(A)",
    ),
    (
        "AWS_PROFILE=a --profile b",
        "[a]\nKEYS A\n[b]\nKEYS B\n",
        "",
        "shared-credentials-file(B)",
    ),
    ("AWS_PROFILE=c", "[a]\nKEYS A\n", "", "error"),
    ("--profile c", "[a]\nKEYS A\n", "", "error"),
    (
        "KEYS",
        "[default]\n",
        "[default]\nrole_arn = r\nsource_profile = default\n",
        "env(E)",
    ),
    // Web identity: each setting by itself, and the flag.
    (
        "AWS_WEB_IDENTITY_TOKEN_FILE=/t AWS_ROLE_ARN=r",
        "[default]\nKEYS A\n",
        "",
        "assume-role-with-web-identity(/t, r)",
    ),
    (
        "AWS_WEB_IDENTITY_TOKEN_FILE=/t AWS_ROLE_ARN=r AWS_ROLE_SESSION_NAME=me --profile a",
        "[a]\nKEYS A\n",
        "",
        "shared-credentials-file(A)",
    ),
    (
        "AWS_WEB_IDENTITY_TOKEN_FILE=/t AWS_ROLE_ARN=r AWS_ROLE_SESSION_NAME=me AWS_PROFILE=a",
        "[a]\nKEYS A\n",
        "",
        "assume-role-with-web-identity(/t, r, RoleSessionName=me)",
    ),
    (
        "AWS_WEB_IDENTITY_TOKEN_FILE=/t AWS_ROLE_ARN=r",
        "[default]\nKEYS A\n",
        "[default]\nrole_arn = s\nsource_profile = default\n",
        "assume-role(s) < shared-credentials-file(A)",
    ),
    (
        "AWS_ROLE_ARN=r",
        "",
        "[default]\nrole_arn = s\nweb_identity_token_file = /u\n",
        "assume-role-with-web-identity(/u, r)",
    ),
    (
        "AWS_WEB_IDENTITY_TOKEN_FILE=/t",
        "",
        "[default]\nrole_arn = s\nweb_identity_token_file = /u\nrole_session_name = own\n",
        "assume-role-with-web-identity(/t, s, RoleSessionName=own)",
    ),
    (
        "AWS_WEB_IDENTITY_TOKEN_FILE=/t AWS_ROLE_ARN=r --profile a",
        "",
        "[profile a]\nrole_arn = s\nweb_identity_token_file = /u\n",
        "assume-role-with-web-identity(/u, s)",
    ),
    ("AWS_WEB_IDENTITY_TOKEN_FILE=/t", "", "", "error"),
    ("", "", "[default]\nweb_identity_token_file = /u\n", "error"),
    (
        "AWS_ROLE_ARN=r",
        "[default]\nKEYS A\n",
        "",
        "shared-credentials-file(A)",
    ),
    // Within a profile, one below the other.
    (
        "",
        "[default]\nKEYS A\n",
        "[default]\nrole_arn = s\nweb_identity_token_file = /u\nSSO\n",
        "assume-role-with-web-identity(/u, s)",
    ),
    (
        "",
        "[default]\nKEYS A\n",
        "[default]\nSSO\n",
        "sso(Admin, 111122223333, eu-west-1, https://a.example)",
    ),
    (
        "",
        "[default]\nKEYS A\n",
        "[default]\nlogin_session = x\ncredential_process = y\nKEYS B\n",
        "shared-credentials-file(A)",
    ),
    (
        "",
        "",
        "[default]\nlogin_session = x\ncredential_process = y\nKEYS B\n",
        "login(x)",
    ),
    (
        "",
        "",
        "[default]\ncredential_process = y --z\nKEYS B\n",
        "custom-process(y --z)",
    ),
    (
        "",
        "[default]\ncredential_process = y\n",
        "[default]\nKEYS B\n",
        "custom-process(y)",
    ),
    ("", "", "[default]\nKEYS B\n", "config-file(B)"),
    // Containers.
    (
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/x",
        "",
        "",
        "container-role(http://169.254.170.2/v2/x)",
    ),
    (
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2 AWS_CONTAINER_CREDENTIALS_FULL_URI=http://[::1]/",
        "",
        "[default]\nregion = x\n",
        "container-role(http://169.254.170.2/v2)",
    ),
    (
        "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1/x",
        "",
        "",
        "container-role(http://127.0.0.1/x)",
    ),
    (
        "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1/x --profile a",
        "",
        "[profile a]\n",
        "container-role(http://127.0.0.1/x)",
    ),
    (
        "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1/x",
        "",
        "[default]\nKEYS B\n",
        "config-file(B)",
    ),
    // Roles.
    (
        "--profile a",
        "[b]\nKEYS B\n",
        "[profile a]\nrole_arn = r\nsource_profile = b\n",
        "assume-role(r) < shared-credentials-file(B)",
    ),
    (
        "--profile a",
        "",
        "[profile a]\nrole_arn = r\nsource_profile = b\nexternal_id = ext\nduration_seconds = 900\n\
         role_session_name = me\nmfa_serial = arn:aws:iam::111122223333:mfa/me\n[profile b]\nKEYS B\n",
        "assume-role(r, DurationSeconds=900, ExternalId=ext, RoleSessionName=me, \
         SerialNumber=arn:aws:iam::111122223333:mfa/me) < config-file(B)",
    ),
    (
        "--profile a",
        "[c]\nKEYS C\n",
        "[profile a]\nrole_arn = r\nsource_profile = b\nexternal_id = one\n[profile b]\n\
         role_arn = s\nsource_profile = c\nexternal_id = two\n",
        "assume-role(r, ExternalId=one) < assume-role(s, ExternalId=two) < \
         shared-credentials-file(C)",
    ),
    (
        "--profile a",
        "[a]\nsource_profile = b\n[b]\nKEYS B\n",
        "[profile a]\nrole_arn = r\nsource_profile = absent\n",
        "assume-role(r) < shared-credentials-file(B)",
    ),
    (
        "--profile a",
        "[a]\nKEYS A\n",
        "[profile a]\nrole_arn = r\nsource_profile = a\n",
        "assume-role(r) < shared-credentials-file(A)",
    ),
    // In a source profile: keys before a role, single sign-on and web identity before keys.
    (
        "--profile a",
        "[b]\nKEYS B\n",
        "[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = s\n\
         source_profile = a\n",
        "assume-role(r) < shared-credentials-file(B)",
    ),
    (
        "--profile a",
        "[b]\nKEYS B\n",
        "[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = s\nSSO\n",
        "assume-role(r) < sso(Admin, 111122223333, eu-west-1, https://a.example)",
    ),
    (
        "AWS_WEB_IDENTITY_TOKEN_FILE=/t AWS_ROLE_ARN=x AWS_PROFILE=a",
        "[b]\nKEYS B\n",
        "[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = s\n\
         web_identity_token_file = /u\n",
        "assume-role(r) < assume-role-with-web-identity(/u, s)",
    ),
    (
        "--profile a",
        "",
        "[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\ncredential_process = y\nKEYS B\n",
        "assume-role(r) < custom-process(y)",
    ),
    (
        "--profile a",
        "",
        "[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nlogin_session = x\n",
        "assume-role(r) < login(x)",
    ),
    (
        "--profile a",
        "",
        "[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = s\n\
         source_profile = b\nKEYS B\n",
        "assume-role(r) < config-file(B)",
    ),
    // credential_source, also behind the flag and at the end of a chain.
    (
        "KEYS --profile a",
        "",
        "[profile a]\nrole_arn = r\ncredential_source = Environment\n",
        "assume-role(r) < env(E)",
    ),
    (
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2",
        "",
        "[default]\nrole_arn = r\ncredential_source = EcsContainer\n",
        "assume-role(r) < container-role(http://169.254.170.2/v2)",
    ),
    (
        "--profile a",
        "",
        "[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = s\n\
         credential_source = Ec2InstanceMetadata\n",
        "assume-role(r) < assume-role(s) < iam-role()",
    ),
    (
        "",
        "",
        "[default]\nrole_arn = r\ncredential_source = Environment\n",
        "error",
    ),
    (
        "",
        "",
        "[default]\nrole_arn = r\ncredential_source = EcsContainer\n",
        "error",
    ),
    (
        "AWS_EC2_METADATA_DISABLED=true",
        "",
        "[default]\nrole_arn = r\ncredential_source = Ec2InstanceMetadata\n",
        "error",
    ),
    (
        "KEYS --profile a",
        "",
        "[profile a]\nrole_arn = r\ncredential_source = environment\n",
        "error",
    ),
    // Roles that nobody can assume.
    ("", "", "[default]\nrole_arn = r\n", "error"),
    (
        "",
        "[default]\nKEYS A\n",
        "[default]\nrole_arn = r\n",
        "error",
    ),
    (
        "",
        "[default]\nKEYS A\n",
        "[default]\nrole_arn = r\nsource_profile = default\ncredential_source = Environment\n",
        "error",
    ),
    (
        "",
        "",
        "[default]\nrole_arn = r\nsource_profile = default\n",
        "error",
    ),
    (
        "",
        "",
        "[default]\nrole_arn = r\nsource_profile = b\n",
        "error",
    ),
    (
        "",
        "",
        "[default]\nrole_arn = r\nsource_profile = b\n[profile b]\nregion = x\n",
        "error",
    ),
    (
        "--profile a",
        "",
        "[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = s\n\
         source_profile = c\n[profile c]\nrole_arn = t\nsource_profile = a\n",
        "error",
    ),
    (
        "--profile a",
        "[a]\nKEYS A\n",
        "[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = s\n\
         source_profile = a\n",
        "error",
    ),
    // Single sign-on by a session.
    (
        "",
        "",
        "[default]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Admin\n\
         [sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://a.example\n",
        "sso(Admin, 111122223333, eu-west-1, https://a.example, corp)",
    ),
    (
        "",
        "",
        "[default]\nsso_session = corp\nSSO\n[sso-session \"corp\"]\nsso_region = eu-west-1\n\
         sso_start_url = https://a.example\n",
        "sso(Admin, 111122223333, eu-west-1, https://a.example, corp)",
    ),
    (
        "",
        "",
        "[default]\nsso_session = corp\nsso_role_name = Admin\n[sso-session corp]\n\
         sso_region = eu-west-1\nsso_start_url = https://a.example\nsso_account_id = 111122223333\n",
        "sso(Admin, 111122223333, eu-west-1, https://a.example, corp)",
    ),
    (
        "",
        "",
        "[default]\nsso_session = corp\nSSO\n[sso-session corp]\nsso_region = eu-west-2\n\
         sso_start_url = https://a.example\n",
        "error",
    ),
    ("", "", "[default]\nsso_session = corp\nSSO\n", "error"),
    (
        "",
        "",
        "[default]\nsso_account_id = 111122223333\n",
        "error",
    ),
    (
        "",
        "[default]\nKEYS A\n",
        "[default]\nsso_session = corp\n",
        "shared-credentials-file(A)",
    ),
];

/// Why we choose otherwise, the row with our choice, and theirs.
pub(crate) const OTHERWISE: &[(&str, Row, &str)] = &[
    (
        "exported keys need no file: a name that is not used is not looked up",
        ("KEYS AWS_PROFILE=absent", "", "", "env(E)"),
        "error",
    ),
    (
        "half a pair of keys is a mistake, whichever half",
        (
            "AWS_SECRET_ACCESS_KEY=x",
            "[default]\nKEYS A\n",
            "",
            "error",
        ),
        "shared-credentials-file(A)",
    ),
    (
        "a profile that was begun and not finished is not the instance",
        ("", "", "[default]\nsso_session = corp\n", "error"),
        "iam-role()",
    ),
    (
        "source_profile without role_arn means a role",
        (
            "",
            "",
            "[default]\nsource_profile = b\n[profile b]\nKEYS B\n",
            "error",
        ),
        "iam-role()",
    ),
    (
        "a duration that is none is not ignored",
        (
            "",
            "",
            "[default]\nrole_arn = r\nsource_profile = b\nduration_seconds = 1h\n[profile b]\nKEYS B\n",
            "error",
        ),
        "assume-role(r) < config-file(B)",
    ),
    (
        "a blank setting is not there",
        (
            "",
            "[default]\nKEYS A\n",
            "[default]\nsso_account_id =\n",
            "shared-credentials-file(A)",
        ),
        "error",
    ),
    (
        "an empty variable is not there",
        (
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=",
            "",
            "",
            "iam-role()",
        ),
        "container-role(http://169.254.170.2)",
    ),
];
