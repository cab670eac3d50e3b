//! Looking after the stacks of one environment: read, decide, converge, each stack once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::{OnceCell, Semaphore};
use tokio::task::JoinSet;

use super::accounts::Account;
use super::budgets::{Budgets, evaluate};
use super::idle;
use super::look::{COMMAND, Facts, Look, look};
use super::money::Money;
use super::notify::{NoticeEvent, Notifier};
use super::report::{Outcome, StackReport};
use super::roll_out_facts::RolloutFacts;
use crate::apply::{Event, Shutdown};
use crate::environment::{Clients, ConnectError, Connection, Environment};
use crate::providers::Providers;
use crate::sdk::Hint as _;
use crate::state::{LockOwner, StateError, StateStore};
use ebbtide::plan::Target;
use ebbtide::record::{JournalEntry, StateDocument, replay};

/// The number of records that are read at once.
const READ_AT_ONCE: usize = 16;

/// Receives lines of a log.
pub type Log = Arc<dyn Fn(&str) + Send + Sync>;

/// The clock of a controller.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Looks after the stacks of one environment.
pub struct Controller {
    /// The environment.
    pub environment: Environment,
    /// The kinds.
    pub providers: Providers,
    /// The clock.
    pub clock: Clock,
    /// Asks it to end: nothing new is started, and what is in flight is finished.
    pub shutdown: Shutdown,
    /// The person or machine for locks and the history.
    pub who: String,
    /// Receives the events of runs, with the stack's name.
    pub on_event: Arc<dyn Fn(&str, Event) + Send + Sync>,
    /// Receives notifications that are sent.
    pub notifier: Notifier,
    /// Receives notifications for standard output, and signs of life while receivers let wait.
    pub on_notice: Arc<dyn Fn(NoticeEvent<'_>) + Send + Sync>,
}

/// The connection of one look, made when the first stack needs it.
pub(super) type Connected = OnceCell<Connection>;

impl Controller {
    /// Reads the records of all stacks and decides on each. Changes nothing, and calls AWS only if state is kept there.
    pub async fn look(&self) -> Result<Vec<StackReport>, ConnectError> {
        let clients = self.environment.state_clients().await?;
        self.look_with(clients.as_ref()).await
    }

    /// Looks with clients that were made before.
    pub(super) async fn look_with(&self, clients: Option<&Clients>) -> Result<Vec<StackReport>, ConnectError> {
        Ok(self.look_and_count(clients, |_, _, _| ()).await?.0)
    }

    /// Looks with clients that were made before, and adds up the money of all stacks for those who watch them.
    pub(super) async fn look_with_money(
        &self,
        clients: Option<&Clients>,
    ) -> Result<(Vec<StackReport>, Money), ConnectError> {
        let count = |accounts: &[Account], budgets: &Budgets, now| {
            Money::of(&self.environment, self.providers.kinds(), accounts, budgets.clone(), now)
        };
        self.look_and_count(clients, count).await
    }

    async fn look_and_count<T>(
        &self,
        clients: Option<&Clients>,
        count: impl FnOnce(&[Account], &Budgets, Timestamp) -> T,
    ) -> Result<(Vec<StackReport>, T), ConnectError> {
        let kinds = self.providers.kinds();
        let (accounts, unreadable) = read_all(&self.environment, &self.providers, clients, (self.clock)()).await?;
        let names: BTreeSet<String> =
            accounts.iter().flat_map(|account| super::capacity::endpoint_names(&account.document, kinds)).collect();
        let now = (self.clock)();
        let budgets = evaluate(&self.environment, kinds, (&accounts, &reasons(&unreadable)), now);
        let counted = count(&accounts, &budgets, now);
        let mut reports = unreadable;
        for (index, account) in accounts.into_iter().enumerate() {
            let guarded = budgets.of(&account.stack, &account.document, index == 0, now);
            let rolling = RolloutFacts::of(&self.environment, &account, (&budgets, &guarded), now);
            let Account { stack, document, .. } = account;
            let facts = Facts { names: &names, idle: idle::recorded(&document), guarded, now, missed: None, rolling };
            reports.push(StackReport::of(look(&self.environment, kinds, &stack, document, facts)));
        }
        reports.sort_by(|one, other| one.stack.cmp(&other.stack));
        Ok((reports, counted))
    }

    /// Returns the owner of what a tick changes at present.
    pub(super) fn owner(&self) -> LockOwner {
        LockOwner::of_this_process(self.who.clone(), COMMAND, (self.clock)())
    }

    /// Returns the state of a stack.
    pub(super) async fn state(&self, stack: &str) -> Result<StateStore, ConnectError> {
        let clients = self.environment.state_clients().await?;
        self.environment.state(stack, clients.as_ref()).await
    }

    /// Returns the connection, made once for all stacks.
    pub(super) async fn connection<'a>(&self, connected: &'a Connected) -> Result<&'a Connection, ConnectError> {
        connected.get_or_try_init(|| self.environment.connect()).await
    }
}

/// Reads the records of all stacks of an environment, and the ledgers of those under a budget. Returns the stacks whose records
/// cannot be read as well, and why.
pub async fn accounts(
    environment: &Environment,
    providers: &Providers,
    clients: Option<&Clients>,
    now: Timestamp,
) -> Result<(Vec<Account>, BTreeMap<String, String>), ConnectError> {
    let (accounts, unreadable) = read_all(environment, providers, clients, now).await?;
    Ok((accounts, reasons(&unreadable)))
}

/// Returns why the records of some stacks cannot be read.
fn reasons(unreadable: &[StackReport]) -> BTreeMap<String, String> {
    let why = |report: &StackReport| report.message.clone().unwrap_or_default();
    unreadable.iter().map(|report| (report.stack.clone(), why(report))).collect()
}

/// Reads the records of all stacks, several at once. Returns a report for each that cannot be read.
async fn read_all(
    environment: &Environment,
    providers: &Providers,
    clients: Option<&Clients>,
    now: Timestamp,
) -> Result<(Vec<Account>, Vec<StackReport>), ConnectError> {
    let stacks = environment.state_place_with(clients).stacks(environment.name()).await?;
    let mut reads = JoinSet::new();
    let permits = Arc::new(Semaphore::new(READ_AT_ONCE));
    for stack in stacks {
        let (state, permits) = (environment.state(&stack, clients).await?, Arc::clone(&permits));
        let is_counted = environment.common_budget().is_some() || environment.budget(&stack).is_some();
        let providers = providers.clone();
        reads.spawn(async move {
            let _permit = permits.acquire().await;
            let account = match recorded(&state).await {
                Ok(Some((document, committed))) => {
                    let of = (&state, providers.kinds());
                    Ok(Some(Account::read(of, &stack, document, committed, (is_counted, now)).await))
                }
                Ok(None) => Ok(None),
                Err(error) => Err(error),
            };
            (stack, account)
        });
    }
    let (mut accounts, mut unreadable) = (Vec::new(), Vec::new());
    while let Some(one) = reads.join_next().await {
        match one.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic())) {
            (_, Ok(Some(account))) => accounts.push(account),
            // Only a lock, or a note that the state was moved away.
            (_, Ok(None)) => {}
            (stack, Err(error)) => unreadable.push(StackReport::unreadable(stack, error.to_string(), error.hint())),
        }
    }
    accounts.sort_by(|one, other| one.stack.cmp(&other.stack));
    Ok((accounts, unreadable))
}

/// What is stored of a record: the document, and the journal of its open run.
type Committed = (StateDocument, Vec<JournalEntry>);

/// Returns the record of a stack with the journal of an open run applied, and as it is stored.
async fn recorded(state: &StateStore) -> Result<Option<(StateDocument, Committed)>, StateError> {
    let Some((committed, journal)) = state.read().await? else { return Ok(None) };
    let mut document = committed.clone();
    if let Some(run) = document.run.take() {
        if let Err(error) = replay(&mut document, &run.plan, &journal) {
            return Err(state.damaged_journal(error));
        }
        document.run = Some(run);
    }
    Ok(Some((document, (committed, journal))))
}

/// Looks again at a stack that is locked now: its record may have changed.
pub(super) fn look_again(controller: &Controller, before: &Look, document: StateDocument) -> Look {
    let names = BTreeSet::new();
    let kinds = controller.providers.kinds();
    let now = (controller.clock)();
    // Under the lock, nothing is asked again: what was observed a moment ago holds as long as the stack runs.
    let idle = match document.target {
        Target::Running => before.idle,
        Target::Paused | Target::Destroyed => idle::recorded(&document),
    };
    let (guarded, missed, rolling) = (before.guarded.clone(), before.missed.clone(), before.rolling.clone());
    let facts = Facts { names: &names, idle, guarded, now, missed, rolling };
    let again = look(&controller.environment, kinds, &before.stack, document, facts);
    Look { mistake: before.mistake.clone(), ..again }
}

/// Marks a report as one of an outcome, unless the schedule has a mistake.
pub(super) fn ended(report: StackReport, outcome: Outcome, message: Option<String>) -> StackReport {
    let mistake = report.look.as_ref().and_then(|look| look.mistake.clone());
    match mistake {
        Some(mistake) => StackReport { outcome: Outcome::Failed, message: Some(mistake), ..report },
        None => StackReport { outcome, message, ..report },
    }
}
