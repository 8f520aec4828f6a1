//! Any bytes where addresses and subjects stand.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|raw: &[u8]| {
    for header in ["From", "To", "Cc", "Reply-To", "Return-Path", "Subject"] {
        let mail = email::parse(&[header.as_bytes(), b": ", raw, b"\r\n\r\nhi\r\n"].concat());
        for address in mail.from.iter().chain(&mail.reply_to).chain(&mail.to).chain(&mail.cc) {
            let one_line = [Some(&address.email), address.name.as_ref()];
            assert!(one_line.into_iter().flatten().all(|text| !text.contains(['\r', '\n', '\0'])));
            email::reply_address::read(&address.email);
        }
        let title = email::subject::tidy(&mail.subject);
        assert!(mail.subject.contains(title));
        email::subject::number(&mail.subject);
    }
    let text = String::from_utf8_lossy(raw);
    email::reply_address::read(&text);
    email::unsubscribe::read(&text);
});
