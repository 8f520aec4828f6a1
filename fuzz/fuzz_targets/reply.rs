//! Any text as the text of an answer: what is new in it is found without a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|raw: &[u8]| {
    email::reply::visible(&String::from_utf8_lossy(raw));
});
