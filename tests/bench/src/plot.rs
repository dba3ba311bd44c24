//! Draws a bar chart as SVG and highlights afresh's bar.

use std::fmt::Write;

use crate::section::number;

const LABEL: usize = 170;
const LENGTH: f64 = 430.0;
const STEP: usize = 26;

pub struct Bars<'a> {
    pub title: &'a str,
    /// The name of the highlighted bar.
    pub ours: &'a str,
    pub bars: Vec<(String, f64)>,
}

impl Bars<'_> {
    /// Writes the chart to a file with the given name in the `plots` directory.
    pub fn write(&self, name: &str) {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/plots");
        std::fs::create_dir_all(folder).expect("a folder that can be written");
        std::fs::write(format!("{folder}/{name}.svg"), self.svg()).expect("a file that can be written");
    }

    fn svg(&self) -> String {
        let most = self.bars.iter().map(|(_, value)| *value).fold(f64::MIN_POSITIVE, f64::max);
        let (width, height) = (LABEL + 530, 44 + STEP * self.bars.len());
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             font-family=\"sans-serif\" font-size=\"13\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
             <text x=\"10\" y=\"22\" font-weight=\"bold\">{}</text>\n",
            self.title
        );
        for (index, (name, value)) in self.bars.iter().enumerate() {
            let (top, length) = (38 + STEP * index, value / most * LENGTH);
            let colour = if name == self.ours { "#c2410c" } else { "#94a3b8" };
            let text = top + 14;
            let _ = write!(
                svg,
                "<text x=\"{}\" y=\"{text}\" text-anchor=\"end\">{name}</text>\n\
                 <rect x=\"{LABEL}\" y=\"{top}\" width=\"{length:.1}\" height=\"18\" fill=\"{colour}\"/>\n\
                 <text x=\"{:.1}\" y=\"{text}\">{}</text>\n",
                LABEL - 8,
                LABEL as f64 + length + 6.0,
                number(*value)
            );
        }
        svg + "</svg>\n"
    }
}
