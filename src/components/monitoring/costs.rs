//! What a stack may cost.

use std::collections::BTreeSet;

use crate::aws::TopicArn;
use crate::aws::budgets::{Budget, BudgetFilter, BudgetPeriod, NotificationOn, Notify, NotifyWhen, Threshold};
use crate::resource::{Input, Tags};
use crate::stack::Stack;

/// What a stack may cost. AWS knows costs some hours late: this tells, it does not stop.
#[derive(Clone, Debug, PartialEq)]
pub struct Costs {
    /// The planned costs of a month, in US dollars as decimal text.
    pub monthly_dollars: String,
    /// How much more it may be before it is too much, in percent.
    pub buffer_percent: u32,
    /// The most for a day, in US dollars as decimal text; no alarm unless given.
    pub daily_dollars: Option<String>,
    /// Which costs count; all of the account unless given.
    pub filter: BudgetFilter,
    /// E-mail addresses that are told besides the topic.
    pub emails: BTreeSet<String>,
    /// Tags of everything that belongs to it.
    pub tags: Tags,
}

impl Costs {
    /// Declares the budgets, named `NAME` and `NAME-daily`. Told is when 80 % of the month's plan are spent, when all
    /// of it is, when the buffer will be exceeded, and when it is.
    pub fn declare(&self, stack: &mut Stack, name: &str, topic: &Input<TopicArn>) {
        let most = f64::from(100 + self.buffer_percent);
        let mut whens = vec![
            (NotificationOn::ActualAbove, 80.0),
            (NotificationOn::ActualAbove, 100.0),
            (NotificationOn::ForecastAbove, most),
        ];
        if self.buffer_percent > 0 {
            whens.push((NotificationOn::ActualAbove, most));
        }
        let notify = whens.into_iter().map(|(on, percent)| self.notify(topic, on, percent)).collect();
        stack.add(name, self.budget(&self.monthly_dollars, BudgetPeriod::Monthly, notify));
        if let Some(daily) = &self.daily_dollars {
            let notify = vec![self.notify(topic, NotificationOn::ActualAbove, 100.0)];
            stack.add(&format!("{name}-daily"), self.budget(daily, BudgetPeriod::Daily, notify));
        }
    }

    fn budget(&self, amount: &str, period: BudgetPeriod, notify: Vec<Notify>) -> Budget {
        Budget { period, notify, filter: self.filter.clone(), tags: self.tags.clone(), ..Budget::monthly(amount) }
    }

    fn notify(&self, topic: &Input<TopicArn>, on: NotificationOn, percent: f64) -> Notify {
        Notify {
            when: NotifyWhen { on, threshold: Threshold::Percent(percent) },
            emails: self.emails.clone(),
            topic: Some(topic.clone()),
        }
    }
}
