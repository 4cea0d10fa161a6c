//! Configurations: places are inside of the text, what is wrong is said in bounded words that are
//! never empty, and what loads can be checked.

#![no_main]

use std::path::Path;

use authz_webhook::config::{BackendMode, Config, ConfigFault, Overrides};
use authz_webhook::mappings::Document;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let path = Path::new("config.yaml");
    match Config::parse(path, text, &Overrides::default()) {
        Ok(config) => {
            config
                .warnings()
                .iter()
                .for_each(|found| placed(text, found));
            let modes = config.backend_modes();
            assert!(!modes.is_empty() && modes.len() <= BackendMode::ALL.len());
            assert!(!modes.contains(&BackendMode::DynamicFile) || config.dynamic_file().is_some());
            let document = Document::compile("config.yaml", config.inline());
            assert!(document.mappings().len() <= config.inline().entries.len());
            let again = Config::parse(path, text, config.overrides()).expect("it loaded once");
            assert_eq!(again.inline(), config.inline());
        }
        Err(errors) => {
            assert!(errors.iter().next().is_some());
            errors.iter().for_each(|found| placed(text, found));
        }
    }
});

fn placed(text: &str, found: &ConfigFault) {
    // A return alone ends a line of YAML, and an end of the text may have a place behind its last.
    let breaks = text.matches(['\n', '\r']).count();
    assert!(found.place.line <= breaks + 2, "{found}");
    assert!(!found.message.is_empty());
    assert!(found.to_string().len() < 1000, "{found}");
}
