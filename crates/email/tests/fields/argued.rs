//! Where what is expected and what Bellhop reads differ for a reason: the sample, the field, and why.

/// Samples by corpus and path, the field, and the reason.
pub const ARGUED: &[(&str, &str, &str)] = &[
    (
        "zammad/mail046.box",
        "subject",
        "raw GB2312: the parsers agree on garbage, Zammad and Bellhop on the Chinese subject",
    ),
    (
        "zammad/mail018.box",
        "yml subject",
        "UTF-7: Zammad leaves it encoded, Bellhop reads the umlaut",
    ),
    (
        "ruby-mail/rfc2822/example13.eml",
        "from",
        "the address has a comment within (RFC 5322 appendix A.5); two parsers give up, Bellhop reads it",
    ),
    (
        "ruby-mail/rfc2822/example13.eml",
        "message_id",
        "the same in the identifier: blanks and comments are not part of it, so neither is right",
    ),
    (
        "ruby-mail/plain_emails/raw_email_multiple_from.eml",
        "to",
        "two addresses without a comma: the parsers lose the second one",
    ),
    (
        "cpython-email/msg_38.txt",
        "text",
        "lines of the text equal boundaries around it, which RFC 2046 section 5.1.1 forbids; all guess",
    ),
    (
        "mail-parser/eml/malformed/016.eml",
        "text",
        "boundaries that begin with each other and never end; the first text is read, the rest kept in it",
    ),
];
