//! Where the cache is.

use std::path::{Path, PathBuf};

/// The environment variables that decide where the cache is. An empty one counts as unset.
#[derive(Clone, Copy, Debug, Default)]
pub struct CacheVariables<'a> {
    /// `KUBECACHEDIR`, which kubectl and its plugins keep their caches under.
    pub kube_cache_dir: Option<&'a Path>,
    /// `XDG_CACHE_HOME`
    pub xdg_cache_home: Option<&'a Path>,
    /// `HOME`
    pub home: Option<&'a Path>,
    /// `LOCALAPPDATA`, of Windows.
    pub local_app_data: Option<&'a Path>,
}

/// Whose customs decide.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Platform {
    Unix,
    Mac,
    Windows,
}

impl Platform {
    pub(super) const HERE: Self = if cfg!(windows) {
        Self::Windows
    } else if cfg!(target_os = "macos") {
        Self::Mac
    } else {
        Self::Unix
    };
}

/// The directory that the cache is in; `flag` names it itself, the variables what it is under.
pub(super) fn locate(
    flag: Option<&Path>,
    variables: &CacheVariables<'_>,
    platform: Platform,
) -> Option<PathBuf> {
    if let Some(flag) = flag {
        return Some(flag.to_owned());
    }
    let set = |path: Option<&Path>| {
        path.filter(|path| !path.as_os_str().is_empty())
            .map(Path::to_owned)
    };
    set(variables.kube_cache_dir)
        .or_else(|| platform_caches(&set, variables, platform))
        .map(|caches| caches.join(NAME))
}

fn platform_caches(
    set: &impl Fn(Option<&Path>) -> Option<PathBuf>,
    variables: &CacheVariables<'_>,
    platform: Platform,
) -> Option<PathBuf> {
    if platform == Platform::Windows {
        return set(variables.local_app_data);
    }
    // "All paths set in these environment variables must be absolute. If an implementation
    // encounters a relative path […] it should consider the path invalid and ignore it."
    // https://specifications.freedesktop.org/basedir-spec/latest/
    let xdg = set(variables.xdg_cache_home).filter(|path| path.has_root());
    let below_home = match platform {
        Platform::Mac => "Library/Caches",
        Platform::Unix | Platform::Windows => ".cache",
    };
    xdg.or_else(|| set(variables.home).map(|home| home.join(below_home)))
}

/// The directory's name.
const NAME: &str = "token-exec";

#[cfg(test)]
mod tests {
    use super::*;

    fn variables<'a>([kube, xdg, home, local]: [&'a str; 4]) -> CacheVariables<'a> {
        let path = |text: &'a str| (text != UNSET).then(|| Path::new(text));
        CacheVariables {
            kube_cache_dir: path(kube),
            xdg_cache_home: path(xdg),
            home: path(home),
            local_app_data: path(local),
        }
    }

    const UNSET: &str = "unset";

    #[test]
    fn the_first_that_is_set_decides() {
        use Platform::{Mac, Unix, Windows};
        for (set, platform, directory) in [
            (["/kube", "/xdg", "/home/u", "/local"], Unix, Some("/kube")),
            (
                ["/kube", "/xdg", "/home/u", "/local"],
                Windows,
                Some("/kube"),
            ),
            ([UNSET, "/xdg", "/home/u", "/local"], Unix, Some("/xdg")),
            ([UNSET, "/xdg", "/home/u", "/local"], Mac, Some("/xdg")),
            (
                [UNSET, "/xdg", "/home/u", "/local"],
                Windows,
                Some("/local"),
            ),
            (
                [UNSET, UNSET, "/home/u", UNSET],
                Unix,
                Some("/home/u/.cache"),
            ),
            (
                [UNSET, UNSET, "/home/u", UNSET],
                Mac,
                Some("/home/u/Library/Caches"),
            ),
            ([UNSET, UNSET, "/home/u", UNSET], Windows, None),
            ([UNSET, UNSET, UNSET, "/local"], Unix, None),
            ([UNSET, UNSET, UNSET, UNSET], Mac, None),
            // kubectl takes KUBECACHEDIR as it is; XDG says that a relative path is none.
            (["here", "/xdg", "/home/u", UNSET], Unix, Some("here")),
            (
                [UNSET, "here", "/home/u", UNSET],
                Unix,
                Some("/home/u/.cache"),
            ),
            // An empty variable is none.
            (["", "", "/home/u", UNSET], Unix, Some("/home/u/.cache")),
            (["", "", "", ""], Unix, None),
            (["", "", "", ""], Windows, None),
        ] {
            assert_eq!(
                locate(None, &variables(set), platform),
                directory.map(|directory| Path::new(directory).join("token-exec")),
                "{set:?} {platform:?}"
            );
        }
    }

    #[test]
    fn a_flag_names_the_directory_itself() {
        let flag = Some(Path::new("mine"));
        assert_eq!(
            locate(
                flag,
                &variables(["/kube", UNSET, UNSET, UNSET]),
                Platform::Unix
            )
            .as_deref(),
            Some(Path::new("mine"))
        );
    }
}
