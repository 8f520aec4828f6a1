//! What Linux knows of a process: the CPU time it used, the most memory it held, its name and who
//! started it. Reads `/proc` (proc(5)).

use std::fs;
use std::time::Duration;

/// The kernel counts CPU time for its readers in hundredths of a second (`USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// User and system time of a process so far, to the hundredth of a second.
pub fn cpu_time(process: u32) -> Duration {
    let fields = stat(process).expect("the process runs");
    // Fields 14 and 15 of the file; the first two, pid and name, are cut off.
    let ticks = |place: usize| fields.get(place).and_then(|text| text.parse::<u32>().ok());
    TICK * (ticks(11).unwrap_or(0) + ticks(12).unwrap_or(0))
}

/// The most memory a process had resident so far, in bytes.
pub fn peak_memory(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

/// The process of this name that this one started.
pub fn child(name: &str) -> Option<u32> {
    let own = std::process::id().to_string();
    let processes = fs::read_dir("/proc").ok()?.filter_map(Result::ok);
    let mut numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers.find(|number: &u32| {
        let named = fs::read_to_string(format!("/proc/{number}/comm"));
        named.is_ok_and(|named| named.trim() == name)
            && stat(*number).is_some_and(|fields| fields.get(1) == Some(&own))
    })
}

/// The machine, in a line.
pub fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cpuinfo = read("/proc/cpuinfo");
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown processor", |(_, model)| model);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = read("/proc/loadavg");
    let load = load.split_whitespace().next().unwrap_or("?");
    format!("{cores} × {model}, load {load} at the start")
}

/// The fields of `/proc/PID/stat` behind the name, which may hold spaces: state, parent, …
fn stat(process: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(')')?;
    Some(fields.split_whitespace().map(str::to_owned).collect())
}
