//! How the figures are shown: sections of aligned columns, and what was aimed at. Knows nothing of
//! what they mean.

use std::time::Duration;

/// One part of the printed table.
pub struct Section {
    /// What is measured.
    pub title: String,
    /// How it was measured, as far as a reader has to know.
    pub notes: Vec<String>,
    /// What stands in each column.
    pub columns: Vec<&'static str>,
    /// The figures.
    pub rows: Vec<Vec<String>>,
    /// Lines below the figures.
    pub details: Vec<String>,
    /// What was aimed at, and what came of it.
    pub aims: Vec<Aim>,
}

/// Something aimed at.
pub struct Aim {
    what: String,
    wanted: String,
    figure: String,
    is_met: bool,
}

impl Aim {
    /// A figure that should be at most this, in this unit.
    pub fn at_most(what: impl Into<String>, most: f64, figure: f64, unit: &str) -> Aim {
        Aim {
            what: what.into(),
            wanted: format!("at most {most} {unit}"),
            figure: format!("{} {unit}", short(figure)),
            is_met: figure <= most,
        }
    }

    /// A figure that should be at least this, in this unit.
    pub fn at_least(what: impl Into<String>, least: f64, figure: f64, unit: &str) -> Aim {
        Aim {
            what: what.into(),
            wanted: format!("at least {least} {unit}"),
            figure: format!("{} {unit}", short(figure)),
            is_met: figure >= least,
        }
    }
}

impl Section {
    /// A section without figures yet.
    pub fn new(title: &str, columns: &[&'static str]) -> Section {
        Section {
            title: title.into(),
            notes: Vec::new(),
            columns: columns.to_vec(),
            rows: Vec::new(),
            details: Vec::new(),
            aims: Vec::new(),
        }
    }

    /// Says how something was measured.
    pub fn note(mut self, note: impl Into<String>) -> Section {
        self.notes.push(note.into());
        self
    }

    /// Prints all but the aims.
    pub fn print(&self) {
        println!("\n{}", self.title);
        self.notes.iter().for_each(|note| println!("  {note}"));
        println!();
        let heading = self.columns.iter().map(ToString::to_string).collect();
        print_aligned(std::iter::once(&heading).chain(&self.rows).collect());
        if !self.details.is_empty() {
            println!();
        }
        self.details.iter().for_each(|line| println!("  {line}"));
    }
}

/// Prints what was aimed at in all sections, one line each.
pub fn print_aims(sections: &[Section]) {
    println!("\nAims\n");
    let aims = sections.iter().flat_map(|section| &section.aims);
    let lines: Vec<Vec<String>> = aims
        .map(|aim| {
            let verdict = if aim.is_met { "met" } else { "MISSED" };
            vec![aim.what.clone(), aim.figure.clone(), aim.wanted.clone(), verdict.into()]
        })
        .collect();
    print_aligned(lines.iter().collect());
}

/// The first column and any with words is flushed left, figures right.
fn print_aligned(lines: Vec<&Vec<String>>) {
    let columns = lines.iter().map(|line| line.len()).max().unwrap_or(0);
    let cell = |line: &Vec<String>, n: usize| line.get(n).cloned().unwrap_or_default();
    let widths: Vec<usize> = (0..columns)
        .map(|n| lines.iter().map(|line| cell(line, n).chars().count()).max().unwrap_or(0))
        .collect();
    let is_figure = |text: &str| text.is_empty() || text.starts_with(|c: char| c.is_ascii_digit());
    let right: Vec<bool> = (0..columns)
        .map(|n| n > 0 && lines.iter().skip(1).all(|line| is_figure(&cell(line, n))))
        .collect();
    for line in lines {
        let mut text = String::from(" ");
        for (n, width) in widths.iter().enumerate() {
            let cell = cell(line, n);
            let aligned =
                if right[n] { format!("{cell:>width$}") } else { format!("{cell:<width$}") };
            text.push_str(&format!(" {aligned} "));
        }
        println!("{}", text.trim_end());
    }
}

/// A figure with as many digits as it is worth.
pub fn short(figure: f64) -> String {
    match figure {
        whole if whole.fract() == 0.0 => format!("{whole}"),
        large if large >= 100.0 => format!("{large:.0}"),
        middle if middle >= 10.0 => format!("{middle:.1}"),
        small => format!("{small:.2}"),
    }
}

/// Milliseconds.
pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Mebibytes.
pub fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// The value below which this share of them lies.
pub fn quantile(values: &[Duration], share: f64) -> Duration {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let place = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(place.saturating_sub(1)).copied().unwrap_or_default()
}

/// The value in the middle.
pub fn median(values: &[Duration]) -> Duration {
    quantile(values, 0.5)
}
