//! What is read of a `winmail.dat`, written here by hand, and that no bytes stop its reader.

use super::*;
use proptest::prelude::*;

/// An attribute; the checksum is not read and so not right.
fn attribute_bytes(id: u16, data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_le_bytes();
    [&[1], &id.to_le_bytes()[..], &[0, 0], &length, data, &[0, 0]].concat()
}

fn stream(attributes: &[Vec<u8>]) -> Vec<u8> {
    [SIGNATURE, &[1, 0], &attributes.concat()].concat()
}

/// A property of one value of variable length.
fn property_bytes(kind: u16, id: u16, value: &[u8]) -> Vec<u8> {
    let length = u32::try_from(value.len()).unwrap().to_le_bytes();
    let padding = vec![0; value.len().next_multiple_of(4) - value.len()];
    [&kind.to_le_bytes()[..], &id.to_le_bytes(), &[1, 0, 0, 0], &length, value, &padding].concat()
}

fn properties_bytes(all: &[Vec<u8>]) -> Vec<u8> {
    [&u32::try_from(all.len()).unwrap().to_le_bytes()[..], &all.concat()].concat()
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn example() -> Vec<u8> {
    let named =
        [&[3, 0, 1, 0x80][..], &[7; 16], &[1, 0, 0, 0, 3, 0, 0, 0, 1, 2, 3, 0], &[9, 0, 0, 0]];
    let message = [named.concat(), property_bytes(0x1f, properties::BODY, &wide("Grüße\0"))];
    let file = [
        property_bytes(0x1f, properties::LONG_NAME, &wide("Übersicht lang.txt\0")),
        property_bytes(0x1e, properties::TYPE, b"text/plain\0"),
        property_bytes(0x102, properties::FILE_DATA, b"inner"),
    ];
    stream(&[
        attribute_bytes(CODE_PAGE, &[0xe4, 4, 0, 0]),
        attribute_bytes(MESSAGE_PROPERTIES, &properties_bytes(&message)),
        attribute_bytes(FILE_BEGINS, &[0; 14]),
        attribute_bytes(FILE_DATA, b"hi"),
        attribute_bytes(FILE_TITLE, b"\xdcber.txt\0"),
        attribute_bytes(FILE_BEGINS, &[0; 14]),
        attribute_bytes(FILE_TITLE, b"UEBERS~1.TXT\0"),
        attribute_bytes(FILE_PROPERTIES, &properties_bytes(&file)),
    ])
}

#[test]
fn text_and_files_are_read() {
    let wrapped = read(&example()).unwrap();
    assert_eq!(wrapped.text.as_deref(), Some("Grüße"));
    let files: Vec<_> =
        wrapped.files.iter().map(|f| (f.name.as_str(), f.bytes.as_slice())).collect();
    assert_eq!(files, [("Über.txt", &b"hi"[..]), ("Übersicht lang.txt", b"inner")]);
    assert_eq!(wrapped.files.last().unwrap().content_type, "text/plain");
}

#[test]
fn a_wrapped_mail_is_opened() {
    let object = [&[7; 16][..], &example()].concat();
    let file = properties_bytes(&[
        property_bytes(0x1f, properties::NAME, &wide("Mail")),
        property_bytes(0x0d, properties::FILE_DATA, &object),
    ]);
    let outer =
        stream(&[attribute_bytes(FILE_BEGINS, &[0; 14]), attribute_bytes(FILE_PROPERTIES, &file)]);
    let names: Vec<_> = read(&outer).unwrap().files.into_iter().map(|file| file.name).collect();
    assert_eq!(names, ["Mail.txt", "Über.txt", "Übersicht lang.txt"]);
}

#[test]
fn other_bytes_are_not_read() {
    assert_eq!(read(b""), None);
    assert_eq!(read(b"PK\x03\x04"), None);
    assert_eq!(read(&stream(&[])), Some(Wrapped::default()));
    let endless = stream(&[attribute_bytes(MESSAGE_PROPERTIES, &[0xff; 64])]);
    assert_eq!(read(&endless), Some(Wrapped::default()));
}

proptest! {
    #[test]
    fn any_damage_is_read(cut in 0usize..600, at in 4usize..600, byte in any::<u8>()) {
        let mut raw = example();
        if let Some(target) = raw.get_mut(at) { *target = byte; }
        raw.truncate(cut);
        read(&raw);
    }
}
