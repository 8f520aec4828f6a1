//! The properties of a wrapped mail or file ([MS-OXTNEF] section 2.1.3.4, types and identifiers in [MS-OXCDATA] and
//! [MS-OXPROPS]). Of several values only the first is given.

use crate::charset;

use super::bytes::Bytes;

/// PidTagBody.
pub(super) const BODY: u16 = 0x1000;
/// PidTagRtfCompressed.
pub(super) const RICH_TEXT: u16 = 0x1009;
/// PidTagBodyHtml, PidTagHtml.
pub(super) const HTML: u16 = 0x1013;
/// PidTagInternetCodepage.
pub(super) const INTERNET_CODE_PAGE: u16 = 0x3fde;
/// PidTagDisplayName.
pub(super) const NAME: u16 = 0x3001;
/// PidTagAttachDataBinary, PidTagAttachDataObject.
pub(super) const FILE_DATA: u16 = 0x3701;
/// PidTagAttachFilename.
pub(super) const SHORT_NAME: u16 = 0x3704;
/// PidTagAttachLongFilename.
pub(super) const LONG_NAME: u16 = 0x3707;
/// PidTagAttachMimeTag.
pub(super) const TYPE: u16 = 0x370e;
/// PidTagAttachContentId.
pub(super) const CONTENT_ID: u16 = 0x3712;

/// Types ([MS-OXCDATA] section 2.11.1).
const OBJECT: u16 = 0x000d;
const UNICODE: u16 = 0x001f;
const SEVERAL: u16 = 0x1000;
/// Identifiers from here on have a name.
const NAMED: u16 = 0x8000;

/// A property and its first value.
#[derive(Clone, Copy)]
pub(super) struct Property<'t> {
    pub(super) id: u16,
    pub(super) value: &'t [u8],
    kind: u16,
}

impl<'t> Property<'t> {
    /// The text without the NUL that ends it; nothing when it is empty.
    pub(super) fn text(&self, code_page: &str) -> Option<String> {
        let label = if self.kind == UNICODE { "utf-16le" } else { code_page };
        let text = charset::text(self.value, Some(label)).replace('\0', "");
        (!text.trim().is_empty()).then_some(text)
    }

    /// An object begins with the identifier of its interface, 16 bytes.
    pub(super) fn object(&self) -> &'t [u8] {
        let skipped = if self.kind == OBJECT { 16 } else { 0 };
        self.value.get(skipped..).unwrap_or_default()
    }
}

/// The properties until one that cannot be read.
pub(super) fn all(data: &[u8]) -> impl Iterator<Item = Property<'_>> {
    let mut bytes = Bytes(data);
    let count = bytes.u32().unwrap_or_default();
    (0..count).map_while(move |_| property(&mut bytes))
}

fn property<'t>(bytes: &mut Bytes<'t>) -> Option<Property<'t>> {
    let kind = bytes.u16()?;
    let id = bytes.u16()?;
    if id >= NAMED {
        skip_name(bytes)?;
    }
    let single = kind & !SEVERAL;
    let fixed = match single {
        0x0002 | 0x0003 | 0x0004 | 0x000a | 0x000b => Some(4),
        0x0005 | 0x0006 | 0x0007 | 0x0014 | 0x0040 => Some(8),
        0x0048 => Some(16),
        OBJECT | 0x001e | UNICODE | 0x0102 => None,
        _ => return None,
    };
    let count = if fixed.is_none() || kind != single { bytes.u32()? } else { 1 };
    let mut first = None;
    for _ in 0..count {
        let value = match fixed {
            Some(length) => bytes.take(length)?,
            None => bytes.padded()?,
        };
        first.get_or_insert(value);
    }
    Some(Property { id, value: first.unwrap_or_default(), kind: single })
}

/// A GUID, and a number or a text.
fn skip_name(bytes: &mut Bytes<'_>) -> Option<()> {
    bytes.take(16)?;
    match bytes.u32()? {
        0 => bytes.take(4)?,
        _ => bytes.padded()?,
    };
    Some(())
}
