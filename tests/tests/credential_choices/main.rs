//! Which source of credentials is used: `iam_aws::source::choose` and botocore from PyPI read the
//! same files and variables and end with the same source, chain and parameters.

#[cfg(test)]
mod case;
#[cfg(test)]
mod ours;
#[cfg(test)]
mod rows;

#[cfg(test)]
mod tests {
    use std::path::Path;

    use e2e::support::python::{self, PythonError};
    use e2e::support::sandbox::Sandbox;
    use e2e::support::skip::skip;

    use crate::case::Case;
    use crate::ours::chosen;
    use crate::rows::{ALIKE, OTHERWISE};

    /// What botocore makes of each case, in order.
    fn of_botocore(sandbox: &Sandbox, cases: &[Case]) -> Result<Vec<String>, PythonError> {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("outside-signers");
        let python = python::with_packages(&directory.join("requirements.txt"))?;
        let list: Vec<_> = cases.iter().map(Case::to_json).collect();
        let file = sandbox.write("cases.json", serde_json::to_vec(&list).unwrap());
        let output = sandbox
            .command(python)
            .arg(directory.join("sources.py"))
            .arg(file)
            .succeed();
        Ok(serde_json::from_value(output.json()).unwrap())
    }

    #[test]
    fn botocore_chooses_the_same_source() {
        let sandbox = Sandbox::new("choices");
        let cases: Vec<Case> = ALIKE
            .iter()
            .enumerate()
            .map(|(at, row)| Case::new(&sandbox.path().join(format!("alike-{at}")), row))
            .collect();
        for (case, (line, credentials, config, expected)) in cases.iter().zip(ALIKE) {
            let what = format!("{line}\n{credentials}\n{config}");
            assert_eq!(&case.shortened(&chosen(case)), expected, "{what}");
        }
        let theirs = match of_botocore(&sandbox, &cases) {
            Ok(theirs) => theirs,
            Err(error) => return skip("botocore chooses the same source", &error.to_string()),
        };
        assert_eq!(theirs.len(), ALIKE.len());
        for (case, (theirs, row)) in cases.iter().zip(theirs.iter().zip(ALIKE)) {
            let (line, credentials, config, expected) = row;
            let what = format!("{line}\n{credentials}\n{config}");
            assert_eq!(&case.shortened(theirs), expected, "botocore: {what}");
        }
    }

    #[test]
    fn where_botocore_chooses_otherwise_it_is_known_and_meant() {
        let sandbox = Sandbox::new("otherwise");
        let cases: Vec<Case> = OTHERWISE
            .iter()
            .enumerate()
            .map(|(at, (_, row, _))| Case::new(&sandbox.path().join(format!("other-{at}")), row))
            .collect();
        for (case, (why, row, _)) in cases.iter().zip(OTHERWISE) {
            assert_eq!(case.shortened(&chosen(case)), row.3, "{why}");
        }
        let theirs = match of_botocore(&sandbox, &cases) {
            Ok(theirs) => theirs,
            Err(error) => return skip("where botocore chooses otherwise", &error.to_string()),
        };
        assert_eq!(theirs.len(), OTHERWISE.len());
        for (case, (theirs, (why, _, expected))) in cases.iter().zip(theirs.iter().zip(OTHERWISE)) {
            assert_eq!(&case.shortened(theirs), expected, "botocore: {why}");
        }
    }
}
