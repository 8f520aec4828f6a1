//! The data folder: private, held by one process, and everything a desk knows. What is in its files
//! is the program's own affair.

use std::os::unix::fs::PermissionsExt;

use crate::harness::{Desk, Setup, invariants, program};

#[tokio::test]
async fn the_folder_is_private_and_keeps_a_token_that_works() {
    let setup = Setup { admin_token: None, ..Setup::default() };
    let mut desk = Desk::start_with(setup).await;
    let mode = |path: std::path::PathBuf| {
        std::fs::metadata(&path).expect("it exists").permissions().mode() & 0o777
    };
    assert_eq!(mode(desk.data()), 0o700);
    assert_eq!(mode(desk.data().join("admin-token")), 0o600);
    assert!(desk.data().join(".gitignore").exists(), "nothing of it is ever committed");
    let ticket = desk.admin().open("Kept").await;
    let number = ticket["number"].as_u64().expect("a number");
    desk.restart().await;
    assert_eq!(desk.admin().ticket(number).await["title"], "Kept");
    let log = desk.log();
    let token = std::fs::read_to_string(desk.data().join("admin-token")).expect("a token");
    assert!(!log.contains(token.trim()), "the token is not printed");
    invariants(&desk).await;
}

#[tokio::test]
async fn a_second_desk_on_the_same_folder_says_so_and_leaves_the_first_alone() {
    let desk = Desk::start().await;
    desk.as_person("ana@example.org").open("First").await;
    let mut second = desk.command(program());
    second.args(["serve", "--listen", "127.0.0.1:0", "--smtp", "127.0.0.1:0"]);
    let second = second.output().expect("the program starts");
    assert!(!second.status.success(), "{second:?}");
    desk.only_ticket().await;
    invariants(&desk).await;
}
