//! The budgets of a stack.

use std::collections::BTreeSet;

use crate::aws::TopicArn;
use crate::aws::budgets::{Budget, BudgetFilter, BudgetPeriod, NotificationOn, Notify, NotifyWhen, Threshold};
use crate::resource::{Input, Tags};
use crate::stack::Stack;

/// The budgets of a stack. They notify and stop nothing, and AWS reports costs some hours late.
///
/// ```
/// # use std::collections::BTreeSet;
/// # use ebbtide::aws::TopicArn;
/// # use ebbtide::aws::budgets::BudgetFilter;
/// # use ebbtide::components::Costs;
/// # use ebbtide::resource::{Input, Tags};
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, topic: &Input<TopicArn>) {
/// let costs = Costs {
///     monthly_dollars: "1200".to_owned(),
///     buffer_percent: 20,
///     daily_dollars: Some("60".to_owned()),
///     filter: BudgetFilter::default(),
///     emails: BTreeSet::new(),
///     tags: Tags::new(),
/// };
/// costs.declare(stack, "costs", topic);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Costs {
    /// The planned costs of a month, in US dollars as decimal text.
    pub monthly_dollars: String,
    /// The tolerated excess over the plan, in percent.
    pub buffer_percent: u32,
    /// The limit for a day, in US dollars as decimal text; `None` declares no daily budget.
    pub daily_dollars: Option<String>,
    /// The costs that count; the default counts all costs of the account.
    pub filter: BudgetFilter,
    /// The e-mail addresses to notify besides the topic.
    pub emails: BTreeSet<String>,
    /// Tags of the budgets.
    pub tags: Tags,
}

impl Costs {
    /// Declares the budgets, named `NAME` and `NAME-daily`. The monthly budget notifies at 80 % and 100 % of the plan,
    /// when the forecast exceeds the buffer, and when the costs do.
    pub fn declare(&self, stack: &mut Stack, name: &str, topic: &Input<TopicArn>) {
        let limit = f64::from(100 + self.buffer_percent);
        let mut conditions = vec![
            (NotificationOn::ActualAbove, 80.0),
            (NotificationOn::ActualAbove, 100.0),
            (NotificationOn::ForecastAbove, limit),
        ];
        if self.buffer_percent > 0 {
            conditions.push((NotificationOn::ActualAbove, limit));
        }
        let notify = conditions.into_iter().map(|(on, percent)| self.notify(topic, on, percent)).collect();
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
