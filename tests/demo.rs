//! The story that `bellhop demo` tells holds, step by step.

use std::process::Stdio;

use tokio::process::Command;

use crate::harness;

#[tokio::test]
async fn the_story_holds() {
    let _place = harness::place().await;
    let program = harness::program();
    let told = Command::new(program).arg("demo").stdin(Stdio::null()).output().await;
    let told = told.expect("the demo runs");
    let story = String::from_utf8_lossy(&told.stdout);
    let complaint = String::from_utf8_lossy(&told.stderr);
    assert!(told.status.success(), "{story}\n{complaint}");
    assert!(story.trim_end().ends_with("Everything held."), "{story}");
    for told in
        ["Slack", "Discord", "Mail", "REST", "after 2 h", "after 3 h", "after 4 h", "confirms"]
    {
        assert!(story.contains(told), "{told} is missing:\n{story}");
    }
}
