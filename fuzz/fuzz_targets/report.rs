//! Any bytes as what a machine says of lost mail, in its fields or in its words.
#![no_main]

use libfuzzer_sys::fuzz_target;

/// Before the bytes, and after them.
const AROUND: &[(&str, &str)] = &[
    (
        "From: MAILER-DAEMON@mx.test\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
--b\r\n\r\nlost\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n",
        "\r\n--b--\r\n",
    ),
    (
        "From: MAILER-DAEMON@mx.test\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n\
--b\r\nContent-Type: message/feedback-report\r\n\r\n",
        "\r\n--b--\r\n",
    ),
    ("Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.test\r\nSubject: Undelivered mail\r\n\r\n", ""),
];

fuzz_target!(|raw: &[u8]| {
    for (before, after) in AROUND {
        email::parse(&[before.as_bytes(), raw, after.as_bytes()].concat());
    }
});
