//! Skimming: the members of a JSON object, in the bytes of a CSV cell whose doubled quotes are still doubled.
//!
//! Most of an export is metadata of which a few words are wanted. Halving its quotes and parsing it costs more than all the
//! rest, so this walks over it once and gives each value as the bytes where it stands.

use memchr::memchr2;

/// Walks over one object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Skim<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Whether a quote stands as two.
    is_doubled: bool,
}

impl<'a> Skim<'a> {
    /// Calls `found` with the key and the value of each member; `None` where this is no object, or not one whose texts and brackets
    /// end. What is inside of a value that is not looked into is not checked further.
    pub(crate) fn members(
        bytes: &'a [u8],
        is_doubled: bool,
        mut found: impl FnMut(&'a [u8], &'a [u8]),
    ) -> Option<()> {
        let mut skim = Self { bytes, at: 0, is_doubled };
        skim.expect(b'{')?;
        if skim.peek()? == b'}' {
            skim.at += 1;
            return skim.end();
        }
        loop {
            skim.peek()?;
            let key = skim.text()?;
            skim.expect(b':')?;
            skim.peek()?;
            let start = skim.at;
            skim.value()?;
            found(key, &skim.bytes[start..skim.at]);
            match skim.peek()? {
                b',' => skim.at += 1,
                b'}' => {
                    skim.at += 1;
                    return skim.end();
                }
                _ => return None,
            }
        }
    }

    /// The next byte that is no space.
    fn peek(&mut self) -> Option<u8> {
        while self.bytes.get(self.at)?.is_ascii_whitespace() {
            self.at += 1;
        }
        Some(self.bytes[self.at])
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Whether only spaces are left.
    fn end(mut self) -> Option<()> {
        self.peek().is_none().then_some(())
    }

    /// Passes over a quote.
    fn quote(&mut self) -> Option<()> {
        let width = if self.is_doubled { 2 } else { 1 };
        let quote = self.bytes.get(self.at..self.at + width)?;
        quote.iter().all(|&byte| byte == b'"').then(|| self.at += width)
    }

    /// Passes over a text and gives what is between its quotes.
    fn text(&mut self) -> Option<&'a [u8]> {
        self.quote()?;
        let start = self.at;
        loop {
            self.at += memchr2(b'"', b'\\', self.bytes.get(self.at..)?)?;
            if self.bytes[self.at] == b'"' {
                let end = self.at;
                self.quote()?;
                return Some(&self.bytes[start..end]);
            }
            self.at += 1;
            match self.bytes.get(self.at)? {
                b'"' => self.quote()?,
                _ => self.at += 1,
            }
        }
    }

    fn value(&mut self) -> Option<()> {
        match self.bytes.get(self.at)? {
            b'"' => self.text().map(|_| ()),
            b'{' | b'[' => self.nested(),
            _ => {
                let is_end =
                    |byte: &u8| matches!(byte, b',' | b'}' | b']' | b'"') || byte.is_ascii_whitespace();
                let len = self.bytes[self.at..].iter().position(is_end)?;
                self.at += len;
                (len > 0).then_some(())
            }
        }
    }

    /// Passes over an object or a list.
    fn nested(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.bytes.get(self.at)? {
                b'"' => {
                    self.text()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Some(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Skim;
    use serde_json::Value;

    /// The members as text, by skimming.
    fn skim(cell: &str, is_doubled: bool) -> Option<Vec<(String, String)>> {
        let mut members = vec![];
        let text = |bytes: &[u8]| {
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            if is_doubled { text.replace("\"\"", "\"") } else { text }
        };
        Skim::members(cell.as_bytes(), is_doubled, |key, value| members.push((text(key), text(value))))
            .map(|()| members)
    }

    #[test]
    fn members_are_those_of_a_parser_with_single_and_with_doubled_quotes() {
        let objects = [
            "{}",
            " { } ",
            r#"{"a":1,"b":[1,{"c":"]}\"["}],"d":null , "e" : "x\\" }"#,
            r#"{"a\"b":"\"","c":"\\\"","d":{"a":{"live_project":false}},"e":-1.5e3,"f":true}"#,
            r#"{"user_agent":"\",\"live_project\":false,\"x\":\"","live_project":true}"#,
        ];
        for object in objects {
            let Value::Object(parsed) = serde_json::from_str(object).unwrap() else { panic!("{object}") };
            for is_doubled in [false, true] {
                let cell = if is_doubled { object.replace('"', "\"\"") } else { object.to_owned() };
                let members = skim(&cell, is_doubled).unwrap_or_else(|| panic!("{cell}"));
                assert_eq!(members.len(), parsed.len(), "{cell}");
                for (key, value) in members {
                    let key: String = serde_json::from_str(&format!("\"{key}\"")).unwrap();
                    assert_eq!(serde_json::from_str::<Value>(&value).unwrap(), parsed[&key], "{cell}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_object_is_none_and_does_not_panic() {
        let whole = r#"{"a":[1,"x\"y"],"b":{"c":2}}"#;
        for end in 0..whole.len() {
            assert_eq!(skim(&whole[..end], false), None, "{}", &whole[..end]);
        }
        for wrong in [
            "[]",
            "7",
            "{]",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{\"a\":1}x",
            "{a:1}",
            "{\"a\":[}",
            "\\",
            "{\"a\\",
        ] {
            assert_eq!(skim(wrong, false), None, "{wrong}");
            skim(&wrong.replace('"', "\"\""), true);
            skim(wrong, true);
        }
    }
}
