//! What the files of a question are called.

use std::collections::BTreeSet;

/// Names of questions and drawings as parts of files' names, another for each: where letters and digits alone do not tell them apart (`< 5` and
/// `> 5`), nor capitals, which some systems ignore, later ones get a number.
#[derive(Debug, Default)]
pub(crate) struct FileNames {
    taken: BTreeSet<String>,
}

impl FileNames {
    pub(crate) fn of(&mut self, name: &str) -> String {
        let plain: String = name
            .chars()
            .map(|letter| if letter.is_alphanumeric() || "-_".contains(letter) { letter } else { '_' })
            .collect();
        let mut file = plain.clone();
        let mut number = 1;
        while !self.taken.insert(file.to_lowercase()) {
            number += 1;
            file = format!("{plain}_{number}");
        }
        file
    }
}

#[cfg(test)]
mod tests {
    use super::FileNames;

    #[test]
    fn names_that_differ_in_signs_or_capitals_alone_are_other_files() {
        let mut names = FileNames::default();
        let files = ["size/< 5", "size/> 5", "Size/< 5", "size___5_2", "a-b_é"].map(|name| names.of(name));
        assert_eq!(files, ["size___5", "size___5_2", "Size___5_3", "size___5_2_2", "a-b_é"]);
    }
}
