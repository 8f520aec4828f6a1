//! x
/// x
pub async fn play() -> anyhow::Result<()> {
    Ok(())
}
