//! Finds the known name that a misspelled word was probably meant to be.

/// Returns the known name closest to `word`, if any known name is close enough.
pub(super) fn nearest<'n>(word: &str, known: &[&'n str]) -> Option<&'n str> {
    known
        .iter()
        .map(|name| (distance(&word.to_lowercase(), name), *name))
        .filter(|(distance, name)| *distance <= tolerance(name))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Returns the maximum number of typos that a misspelled `name` can have. For a short name, the maximum is one typo,
/// because a short name is similar to many other words.
fn tolerance(name: &str) -> usize {
    if name.chars().count() < 6 { 1 } else { 2 }
}

/// Returns the smallest number of insertions, deletions, replacements and swaps of neighboring letters that turn one
/// word into the other.
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (row, letter) in from.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in to.iter().enumerate() {
            let at = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX - 1);
            let mut best = at(&last, column) + usize::from(letter != other);
            best = best.min(at(&last, column + 1) + 1).min(at(&current, column) + 1);
            let swapped = row > 0
                && column > 0
                && from.get(row - 1) == Some(other)
                && to.get(column - 1) == Some(letter);
            if swapped {
                best = best.min(at(&before_last, column - 1) + 1);
            }
            current.push(best);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &["path", "query", "header", "json", "no_replay"];

    #[test]
    fn a_wrong_missing_extra_or_swapped_letter_is_a_typo() {
        for word in ["quary", "qery", "queery", "qurey"] {
            assert_eq!(nearest(word, KNOWN), Some("query"), "{word}");
        }
    }

    #[test]
    fn case_is_ignored() {
        assert_eq!(nearest("JSON", KNOWN), Some("json"));
    }

    #[test]
    fn long_names_may_have_two_typos() {
        assert_eq!(nearest("noreplai", KNOWN), Some("no_replay"));
        assert_eq!(nearest("pth", KNOWN), Some("path"));
        assert_eq!(nearest("pt", KNOWN), None);
    }

    #[test]
    fn other_words_are_not_typos() {
        for word in ["serde", "instrument", "x", ""] {
            assert_eq!(nearest(word, KNOWN), None, "{word}");
        }
    }

    #[test]
    fn the_nearest_wins() {
        assert_eq!(nearest("puth", &["path", "put"]), Some("path"));
    }
}
