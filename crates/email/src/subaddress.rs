//! Addresses below a queue's own that carry a few bytes (RFC 5233): `support+r<base32>@example.com`.

/// RFC 5321 section 4.5.3.1.1: a local part has at most 64 characters.
const LONGEST_LOCAL: usize = 64;

/// The address with these bytes behind the mark; none where the queue's name leaves no room for them or has no
/// domain.
pub(crate) fn write(queue_address: &str, mark: &str, bytes: &[u8]) -> Option<String> {
    let (local, domain) = queue_address.rsplit_once('@')?;
    let token = data_encoding::BASE32_NOPAD.encode(bytes).to_ascii_lowercase();
    let local = format!("{local}{mark}{token}");
    (local.len() <= LONGEST_LOCAL).then(|| format!("{local}@{domain}"))
}

/// The bytes behind the mark, in any case and with or without `<>`; none in every other address.
pub(crate) fn read(address: &str, mark: &str) -> Option<Vec<u8>> {
    let lower = address.trim().trim_matches(['<', '>']).to_ascii_lowercase();
    let (local, _) = lower.rsplit_once('@')?;
    let (_, token) = local.rsplit_once(mark)?;
    data_encoding::BASE32_NOPAD_NOCASE.decode(token.as_bytes()).ok()
}
