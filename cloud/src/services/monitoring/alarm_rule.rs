//! The rules of composite alarms: `ALARM("cpu") AND NOT OK(latency)`.
//!
//! `AT_LEAST` is not read; a rule with it is refused.

/// A rule, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    Constant(bool),
    /// An alarm (by name) is in a state.
    Is {
        alarm: String,
        state: &'static str,
    },
    Not(Box<Rule>),
    And(Box<Rule>, Box<Rule>),
    Or(Box<Rule>, Box<Rule>),
}

impl Rule {
    /// Returns the alarms that the rule names, each once, in their order.
    pub fn alarms(&self) -> Vec<String> {
        let mut names = Vec::new();
        self.collect(&mut names);
        names
    }

    fn collect(&self, names: &mut Vec<String>) {
        match self {
            Self::Constant(_) => {}
            Self::Is { alarm, .. } if names.contains(alarm) => {}
            Self::Is { alarm, .. } => names.push(alarm.clone()),
            Self::Not(rule) => rule.collect(names),
            Self::And(left, right) | Self::Or(left, right) => {
                left.collect(names);
                right.collect(names);
            }
        }
    }

    /// Returns whether the rule holds, where `is` returns whether an alarm is in a state.
    pub fn holds(&self, is: &dyn Fn(&str, &str) -> bool) -> bool {
        match self {
            Self::Constant(value) => *value,
            Self::Is { alarm, state } => is(alarm, state),
            Self::Not(rule) => !rule.holds(is),
            Self::And(left, right) => left.holds(is) && right.holds(is),
            Self::Or(left, right) => left.holds(is) || right.holds(is),
        }
    }
}

/// Returns the name of an alarm that is given by its name or its ARN.
pub(super) fn name_of(name_or_arn: &str) -> String {
    let name = name_or_arn.starts_with("arn:").then(|| name_or_arn.split_once(":alarm:")).flatten();
    name.map_or(name_or_arn, |(_, name)| name).to_owned()
}

/// Parses a rule; the error is a reason for the caller.
pub(super) fn parse(text: &str) -> Result<Rule, String> {
    if text.len() > 10_240 {
        return Err("AlarmRule is longer than 10240 characters".to_owned());
    }
    let mut parser = Parser { rest: text, depth: 0 };
    let rule = parser.any()?;
    if parser.rest.trim_start().is_empty() { Ok(rule) } else { Err(parser.unexpected()) }
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

impl Parser<'_> {
    fn unexpected(&self) -> String {
        format!("AlarmRule is not well-formed at: {:?}", self.rest.trim_start())
    }

    /// Takes a word or sign if it comes next; a word must end there.
    fn take(&mut self, token: &str) -> bool {
        let Some(rest) = self.rest.trim_start().strip_prefix(token) else { return false };
        let is_word = token.chars().all(char::is_alphabetic);
        if is_word && rest.starts_with(|next: char| next.is_alphanumeric() || next == '_') {
            return false;
        }
        self.rest = rest;
        true
    }

    fn any(&mut self) -> Result<Rule, String> {
        let mut rule = self.all()?;
        while self.take("OR") {
            rule = Rule::Or(Box::new(rule), Box::new(self.all()?));
        }
        Ok(rule)
    }

    fn all(&mut self) -> Result<Rule, String> {
        let mut rule = self.one()?;
        while self.take("AND") {
            rule = Rule::And(Box::new(rule), Box::new(self.one()?));
        }
        Ok(rule)
    }

    fn one(&mut self) -> Result<Rule, String> {
        self.depth += 1;
        if self.depth > 500 {
            return Err("AlarmRule has more than 500 elements".to_owned());
        }
        if self.take("NOT") {
            return Ok(Rule::Not(Box::new(self.one()?)));
        }
        if self.take("TRUE") {
            return Ok(Rule::Constant(true));
        }
        if self.take("FALSE") {
            return Ok(Rule::Constant(false));
        }
        if self.take("(") {
            let rule = self.any()?;
            return if self.take(")") { Ok(rule) } else { Err(self.unexpected()) };
        }
        for (word, state) in [("ALARM", "ALARM"), ("OK", "OK"), ("INSUFFICIENT_DATA", "INSUFFICIENT_DATA")] {
            if self.take(word) {
                let alarm = self.name()?;
                return Ok(Rule::Is { alarm, state });
            }
        }
        Err(self.unexpected())
    }

    /// `(name)`, `("name")` or `('name')`.
    fn name(&mut self) -> Result<String, String> {
        if !self.take("(") {
            return Err(self.unexpected());
        }
        let rest = self.rest.trim_start();
        let quote = rest.chars().next().filter(|sign| matches!(sign, '"' | '\''));
        let (name, rest) = match quote {
            Some(quote) => rest[1..].split_once(quote),
            None => rest.find(')').map(|end| rest.split_at(end)),
        }
        .ok_or_else(|| self.unexpected())?;
        let name = name.trim();
        if name.is_empty() {
            return Err(self.unexpected());
        }
        self.rest = rest;
        if self.take(")") { Ok(name_of(name)) } else { Err(self.unexpected()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns whether a rule holds when the alarms `a` and `b` are in ALARM and all others are OK.
    fn holds(rule: &str) -> bool {
        parse(rule).unwrap().holds(&|name, state| state == if matches!(name, "a" | "b") { "ALARM" } else { "OK" })
    }

    #[test]
    fn rules_are_evaluated_with_and_before_or() {
        assert!(holds("ALARM(a)"));
        assert!(holds("ALARM(\"a\") AND OK('c')"));
        assert!(holds("ALARM(a) OR ALARM(c) AND ALARM(d)"));
        assert!(!holds("(ALARM(a) OR ALARM(c)) AND ALARM(d)"));
        assert!(holds("NOT INSUFFICIENT_DATA(a) AND NOT (FALSE OR OK(b))"));
        assert!(holds("ALARM(arn:aws:cloudwatch:us-east-1:123456789012:alarm:a)"));
    }

    #[test]
    fn the_alarms_are_named_once() {
        assert_eq!(parse("ALARM(b) OR OK(a) OR OK(b)").unwrap().alarms(), ["b", "a"]);
    }

    #[test]
    fn malformed_rules_are_refused() {
        for rule in ["", "ALARM", "ALARM(", "ALARM()", "ALARM(a", "ALARM(a) AND", "ALARM(a))", "ALARMED(a)", "a"] {
            parse(rule).expect_err(rule);
        }
    }
}
