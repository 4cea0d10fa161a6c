//! One page by itself: no script, no network, light and dark, for a screen, a keyboard and paper.

mod administrators;
mod changes;
mod header;
mod markup;
mod matrix;
mod principals;
mod remarks;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::Report;
use markup::Page;

/// The page.
#[must_use]
pub fn html(report: &Report<'_>) -> String {
    let mut page = Page::default();
    head(&mut page, report);
    page.markup("<body>\n<a class=skip href=\"#access\">To the access matrix</a>\n");
    header::header(&mut page, report);
    page.markup("<main>\n");
    administrators::administrators(&mut page, report);
    changes::changes(&mut page, report);
    matrix::matrix(&mut page, report);
    principals::principals(&mut page, report);
    remarks::idle(&mut page, report);
    remarks::findings(&mut page, report);
    page.markup("</main>\n</body>\n</html>\n");
    page.into_text()
}

/// Whatever a name might smuggle in, a browser runs, loads and sends nothing of it.
fn head(page: &mut Page, report: &Report<'_>) {
    page.markup("<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n");
    page.markup("<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-");
    page.text(&STANDARD.encode(Sha256::digest(STYLE)));
    page.markup("'\">\n<meta name=viewport content=\"width=device-width, initial-scale=1\">\n");
    page.markup("<meta name=color-scheme content=\"light dark\">\n");
    page.markup("<meta name=referrer content=no-referrer>\n<title>Who may do what: ");
    page.text(&report.about.scene);
    page.markup("</title>\n<style>");
    page.markup(STYLE);
    page.markup("</style>\n</head>\n");
}

const STYLE: &str = include_str!("html/page.css");
