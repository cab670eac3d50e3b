//! Metric math: `100 * errors / requests`, `SUM(METRICS())`, `FILL(m1, 0)`.
//!
//! Arithmetic and the functions ABS, CEIL, FLOOR, SUM, AVG, MIN, MAX, FILL, PERIOD and METRICS are evaluated; another
//! function is refused by name.

use std::collections::BTreeMap;

/// Values over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Series {
    /// Seconds between values.
    pub period: i64,
    /// The first second of the span that was asked for, and the first after it.
    pub start: i64,
    pub end: i64,
    /// By the first second of the period, since the epoch.
    pub values: BTreeMap<i64, f64>,
}

/// The value of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Quantity {
    Scalar(f64),
    Series(Series),
    Many(Vec<Series>),
}

/// Returns the ids that an expression uses: words that begin with a small letter.
pub(super) fn ids(text: &str) -> Vec<String> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    text.split(|letter: char| !is_part(letter))
        .filter(|word| word.starts_with(|first: char| first.is_ascii_lowercase()))
        .map(str::to_owned)
        .collect()
}

/// Evaluates an expression over the results of other queries; the error is a reason for the caller.
pub(super) fn evaluate(text: &str, known: &BTreeMap<&str, Quantity>) -> Result<Quantity, String> {
    let mut evaluator = Evaluator { rest: text, known, depth: 0 };
    let quantity = evaluator.sum()?;
    if evaluator.rest.trim_start().is_empty() { Ok(quantity) } else { Err(evaluator.unexpected()) }
}

struct Evaluator<'a> {
    rest: &'a str,
    known: &'a BTreeMap<&'a str, Quantity>,
    depth: usize,
}

impl<'a> Evaluator<'a> {
    fn unexpected(&self) -> String {
        format!("unexpected {:?}", self.rest.trim_start())
    }

    fn take(&mut self, sign: char) -> bool {
        let rest = self.rest.trim_start().strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn sum(&mut self) -> Result<Quantity, String> {
        let mut left = self.product()?;
        loop {
            if self.take('+') {
                left = both(&left, &self.product()?, |a, b| Some(a + b))?;
            } else if self.take('-') {
                left = both(&left, &self.product()?, |a, b| Some(a - b))?;
            } else {
                return Ok(left);
            }
        }
    }

    fn product(&mut self) -> Result<Quantity, String> {
        let mut left = self.power()?;
        loop {
            if self.take('*') {
                left = both(&left, &self.power()?, |a, b| Some(a * b))?;
            } else if self.take('/') {
                // A division by zero gives no datapoint.
                left = both(&left, &self.power()?, |a, b| (b != 0.0).then(|| a / b))?;
            } else {
                return Ok(left);
            }
        }
    }

    fn power(&mut self) -> Result<Quantity, String> {
        if self.take('-') {
            return each(&self.power()?, |value| -value);
        }
        let base = self.value()?;
        if self.take('^') {
            both(&base, &self.power()?, |a, b| Some(a.powf(b)).filter(|c| c.is_finite()))
        } else {
            Ok(base)
        }
    }

    fn value(&mut self) -> Result<Quantity, String> {
        self.depth += 1;
        if self.depth > 1000 {
            return Err("the expression is too long".to_owned());
        }
        if self.take('(') {
            let inner = self.sum()?;
            return if self.take(')') { Ok(inner) } else { Err(self.unexpected()) };
        }
        if self.take('[') {
            let all = self.arguments(']')?;
            return Ok(Quantity::Many(all.into_iter().flat_map(many).collect()));
        }
        let word = self.word();
        if word.is_empty() {
            return Err(self.unexpected());
        }
        if word.starts_with(|first: char| first.is_ascii_digit()) {
            return word.parse().map(Quantity::Scalar).map_err(|_| format!("{word} is no number"));
        }
        if self.take('(') {
            let arguments = self.arguments(')')?;
            return self.call(word, &arguments);
        }
        self.known.get(word).cloned().ok_or_else(|| format!("{word} is not there"))
    }

    /// Returns a number or a name; empty where neither comes next.
    fn word(&mut self) -> &'a str {
        let rest = self.rest.trim_start();
        let length = rest
            .find(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.')))
            .unwrap_or(rest.len());
        let (word, rest) = rest.split_at(length);
        self.rest = rest;
        word
    }

    fn arguments(&mut self, end: char) -> Result<Vec<Quantity>, String> {
        let mut all = Vec::new();
        if self.take(end) {
            return Ok(all);
        }
        loop {
            all.push(self.sum()?);
            if self.take(end) {
                return Ok(all);
            }
            if !self.take(',') {
                return Err(self.unexpected());
            }
        }
    }

    fn call(&self, function: &str, arguments: &[Quantity]) -> Result<Quantity, String> {
        match (function, arguments) {
            ("METRICS", []) => Ok(Quantity::Many(self.known.values().cloned().flat_map(many).collect())),
            ("ABS", [of]) => each(of, f64::abs),
            ("CEIL", [of]) => each(of, f64::ceil),
            ("FLOOR", [of]) => each(of, f64::floor),
            #[expect(clippy::cast_precision_loss, reason = "a number of values is far below 2^52")]
            ("AVG", [of]) => reduce(of, |values| values.iter().sum::<f64>() / values.len() as f64),
            ("SUM", [of]) => reduce(of, |values| values.iter().sum()),
            ("MIN", [of]) => reduce(of, |values| values.iter().copied().fold(f64::INFINITY, f64::min)),
            ("MAX", [of]) => reduce(of, |values| values.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
            #[expect(clippy::cast_precision_loss, reason = "a period in seconds is far below 2^52")]
            ("PERIOD", [Quantity::Series(of)]) => Ok(Quantity::Scalar(of.period as f64)),
            ("FILL", [Quantity::Series(of), Quantity::Scalar(value)]) => Ok(Quantity::Series(filled(of, *value))),
            _ => Err(format!("the function {function} with {} arguments is not evaluated here", arguments.len())),
        }
    }
}

fn many(quantity: Quantity) -> Vec<Series> {
    match quantity {
        Quantity::Scalar(_) => Vec::new(),
        Quantity::Series(series) => vec![series],
        Quantity::Many(all) => all,
    }
}

fn filled(series: &Series, value: f64) -> Series {
    let mut filled = series.clone();
    let mut at = series.start;
    while at < series.end && series.period > 0 {
        filled.values.entry(at).or_insert(value);
        at += series.period;
    }
    filled
}

/// Applies a function to every value.
fn each(quantity: &Quantity, function: impl Fn(f64) -> f64 + Copy) -> Result<Quantity, String> {
    let of = |series: &Series| {
        let mut series = series.clone();
        series.values.values_mut().for_each(|value| *value = function(*value));
        series
    };
    Ok(match quantity {
        Quantity::Scalar(value) => Quantity::Scalar(function(*value)),
        Quantity::Series(series) => Quantity::Series(of(series)),
        Quantity::Many(all) => Quantity::Many(all.iter().map(of).collect()),
    })
}

/// Combines two quantities; two series where both have a value.
fn both(left: &Quantity, right: &Quantity, combine: impl Fn(f64, f64) -> Option<f64>) -> Result<Quantity, String> {
    let over = |series: &Series, value: &dyn Fn(i64, f64) -> Option<f64>| {
        let values = series.values.iter().filter_map(|(at, own)| Some((*at, value(*at, *own)?))).collect();
        Quantity::Series(Series { values, ..series.clone() })
    };
    match (left, right) {
        (Quantity::Scalar(a), Quantity::Scalar(b)) => {
            combine(*a, *b).map(Quantity::Scalar).ok_or_else(|| "a constant is not defined".to_owned())
        }
        (Quantity::Series(series), Quantity::Scalar(b)) => Ok(over(series, &|_, a| combine(a, *b))),
        (Quantity::Scalar(a), Quantity::Series(series)) => Ok(over(series, &|_, b| combine(*a, b))),
        (Quantity::Series(series), Quantity::Series(other)) => {
            Ok(over(series, &|at, a| other.values.get(&at).and_then(|b| combine(a, *b))))
        }
        _ => Err("a list of series cannot be calculated with; use SUM, AVG, MIN or MAX".to_owned()),
    }
}

/// Takes the values of several series at each instant together, or all values of one series.
fn reduce(quantity: &Quantity, function: impl Fn(&[f64]) -> f64) -> Result<Quantity, String> {
    match quantity {
        Quantity::Scalar(value) => Ok(Quantity::Scalar(*value)),
        Quantity::Series(series) if series.values.is_empty() => Err("the series has no values".to_owned()),
        Quantity::Series(series) => {
            Ok(Quantity::Scalar(function(&series.values.values().copied().collect::<Vec<f64>>())))
        }
        Quantity::Many(all) => {
            let mut instants: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
            for (at, value) in all.iter().flat_map(|series| &series.values) {
                instants.entry(*at).or_default().push(*value);
            }
            let values = instants.into_iter().map(|(at, values)| (at, function(&values))).collect();
            Ok(Quantity::Series(Series { values, ..all.first().cloned().unwrap_or_default() }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(values: &[(i64, f64)]) -> Quantity {
        Quantity::Series(Series { period: 60, start: 0, end: 180, values: values.iter().copied().collect() })
    }

    fn values(expression: &str) -> Vec<(i64, f64)> {
        let known = BTreeMap::from([("a", series(&[(0, 1.0), (60, 2.0)])), ("b", series(&[(0, 4.0), (120, 0.0)]))]);
        match evaluate(expression, &known).unwrap() {
            Quantity::Series(series) => series.values.into_iter().collect(),
            other => panic!("{expression}: {other:?}"),
        }
    }

    #[test]
    fn arithmetic_follows_the_usual_order() {
        assert_eq!(values("100 * (a + 1) / 2"), [(0, 100.0), (60, 150.0)]);
        assert_eq!(values("a - -2 ^ 2 * 3"), [(0, 13.0), (60, 14.0)]);
    }

    #[test]
    fn two_series_meet_where_both_have_a_value() {
        assert_eq!(values("a / b"), [(0, 0.25)]);
        assert_eq!(values("FILL(b, 8) / 2 - a"), [(0, 1.0), (60, 2.0)]);
    }

    #[test]
    fn several_series_reduce_to_one() {
        assert_eq!(values("SUM(METRICS())"), [(0, 5.0), (60, 2.0), (120, 0.0)]);
        assert_eq!(values("MAX([a, b])"), [(0, 4.0), (60, 2.0), (120, 0.0)]);
        assert_eq!(values("a * SUM(a)"), [(0, 3.0), (60, 6.0)]);
    }

    #[test]
    fn invalid_expressions_are_refused() {
        for expression in ["", "a +", "c", "(a", "ANOMALY_DETECTION_BAND(a, 2)", "METRICS() + 1", "1 / 0"] {
            let known = BTreeMap::from([("a", series(&[(0, 1.0)]))]);
            evaluate(expression, &known).expect_err(expression);
        }
    }

    #[test]
    fn ids_are_distinguished_from_functions_and_numbers() {
        assert_eq!(ids("SUM([m1, e_2]) / 60 + 1.5"), ["m1", "e_2"]);
    }
}
