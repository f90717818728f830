//! Moments: the two ways in which exports write a date and a time, as milliseconds.

use crate::Error;

/// A moment, for limits in a [`Cleaning`](crate::Cleaning): `"2019-03-10"`, `"2019-03-10 14:32:30 UTC"` or
/// `"2019-03-10T14:32:30Z"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct Moment(i64);

impl Moment {
    /// Milliseconds since the beginning of 1970, UTC.
    pub fn milliseconds(self) -> i64 {
        self.0
    }
}

impl std::str::FromStr for Moment {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::try_from(text.to_owned()).map_err(|message| Error::config("moment", message))
    }
}

impl TryFrom<String> for Moment {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        parse(text.as_bytes()).map(Self).ok_or_else(|| {
            format!("got {text:?}, want a date such as \"2019-03-10\" or \"2019-03-10 14:32:30 UTC\"")
        })
    }
}

/// Milliseconds since 1970 (UTC) of `2019-03-10 14:32:30 UTC`, `2019-03-10T14:32:30.123Z`, or a date alone (its first
/// moment). `None` for anything else, other time zones too: exports have none.
pub(crate) fn parse(text: &[u8]) -> Option<i64> {
    let text = text.trim_ascii();
    let (date, time) = text.split_at_checked(10)?;
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = date else { return None };
    let (year, month, day) = (number(&[y1, y2, y3, y4])?, number(&[m1, m2])?, number(&[d1, d2])?);
    if !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
        return None;
    }
    Some(days(year, month, day) * 86_400_000 + time_of_day(time)?)
}

/// Milliseconds of ` 14:32:30 UTC` and of `T14:32:30.123Z`; 0 where there is nothing.
fn time_of_day(text: &[u8]) -> Option<i64> {
    let Some((&(b' ' | b'T'), text)) = text.split_first() else { return text.is_empty().then_some(0) };
    let text = text.strip_suffix(b" UTC").or_else(|| text.strip_suffix(b"Z")).unwrap_or(text);
    let (clock, fraction) = text.split_at_checked(8)?;
    let &[h1, h2, b':', m1, m2, b':', s1, s2] = clock else { return None };
    let (hour, minute, second) = (number(&[h1, h2])?, number(&[m1, m2])?, number(&[s1, s2])?);
    // 60 in a leap second.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let milliseconds = match fraction.split_first() {
        None => 0,
        Some((b'.', digits)) if (1..=9).contains(&digits.len()) => {
            let mut padded = [b'0'; 9];
            padded[..digits.len()].copy_from_slice(digits);
            number(&padded)? / 1_000_000
        }
        Some(_) => return None,
    };
    Some(((hour * 60 + minute) * 60 + second) * 1000 + milliseconds)
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |n, digit| digit.is_ascii_digit().then(|| n * 10 + i64::from(digit - b'0')))
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    const BEFORE_MONTH: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let before = year - 1;
    let leap_days = before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400);
    // 719 162 days lie before 1970.
    before * 365 + leap_days - 719_162
        + BEFORE_MONTH[month as usize - 1]
        + i64::from(month > 2 && is_leap(year))
        + day
        - 1
}

#[cfg(test)]
mod tests {
    use super::parse;

    // Python: int(datetime(2019, 3, 10, 14, 32, 30, 123000, timezone.utc).timestamp() * 1000), and so on.
    #[test]
    fn moments_are_those_of_python() {
        let cases = [
            ("2019-03-10 14:32:30 UTC", Some(1_552_228_350_000)),
            ("2019-03-10T14:32:30.123Z", Some(1_552_228_350_123)),
            ("2019-03-10T14:32:30Z", Some(1_552_228_350_000)),
            ("2019-03-10T14:32:30.1234567Z", Some(1_552_228_350_123)),
            ("2000-02-29", Some(951_782_400_000)),
            ("1970-01-01", Some(0)),
            ("1969-12-31 23:59:59 UTC", Some(-1_000)),
            ("2024-12-31 23:59:59 UTC", Some(1_735_689_599_000)),
            ("1900-02-29", None),
            ("2019-02-29", None),
            ("2019-13-01", None),
            ("2019-03-10 24:00:00 UTC", None),
            ("2019-03-10 14:32:30 CET", None),
            ("2019-03-10T14:32:30.Z", None),
            ("2019-03-10x", None),
            ("NA", None),
            ("", None),
        ];
        for (text, want) in cases {
            assert_eq!(parse(text.as_bytes()), want, "{text}");
        }
    }
}
