//! Who a row is of.

use std::fmt::Write;

use crate::Identity;

/// How names of people who are not logged in begin.
const ANONYMOUS: &str = "not-logged-in";

/// What a row says about who made it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signature<'a> {
    pub(crate) user_id: &'a str,
    pub(crate) user_name: &'a str,
    pub(crate) user_ip: &'a str,
}

/// What is known of who made a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    User,
    Anonymous,
    /// Not logged in, and nothing tells them from others.
    Unknown,
    /// Not logged in, which the rules drop.
    Dropped,
}

impl Signature<'_> {
    pub(crate) fn is_anonymous(&self) -> bool {
        self.user_id.is_empty() && (self.user_name.is_empty() || self.user_name.starts_with(ANONYMOUS))
    }

    /// Writes the volunteer's name; `row` is different for every row.
    pub(crate) fn name(
        &self,
        identity: Identity,
        session: Option<&str>,
        row: u64,
        name: &mut String,
    ) -> Known {
        name.clear();
        if !self.is_anonymous() {
            name.push_str(if self.user_id.is_empty() { self.user_name } else { self.user_id });
            return Known::User;
        }
        let mut prefixed = |prefix: &str, rest: &dyn std::fmt::Display| {
            write!(name, "{prefix}-{rest}").expect("writing to a text does not fail");
        };
        match identity {
            Identity::DropAnonymous => return Known::Dropped,
            Identity::PoolAnonymous => name.push_str("anonymous"),
            Identity::IpHashIfAnonymous if !self.user_name.is_empty() => name.push_str(self.user_name),
            Identity::IpHashIfAnonymous if !self.user_ip.is_empty() => prefixed(ANONYMOUS, &self.user_ip),
            Identity::SessionIfAnonymous if session.is_some() => {
                prefixed("session", &session.unwrap_or_default());
            }
            Identity::RowIfAnonymous => prefixed("row", &row),
            Identity::IpHashIfAnonymous | Identity::SessionIfAnonymous => {
                prefixed("row", &row);
                return Known::Unknown;
            }
        }
        Known::Anonymous
    }
}
