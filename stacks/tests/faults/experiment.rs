//! One command under one fault, and what must be true once it was run again.

use std::sync::Arc;

use ebbtide_cloud::FaultInjector;
use ebbtide_engine::apply::{Event, Failure, Finished};

use crate::cut::Cut;
use crate::fault::Fault;
use crate::flaky::Flaky;
use crate::observer::{Inventory, difference, inventory, storage_data};
use crate::world::{Command, World};

/// What became of a command under a fault.
pub struct Ran {
    /// How it ended; `None` if its process did.
    pub result: Option<Result<Finished, Failure>>,
    pub calls: u64,
    pub writes: u64,
}

impl World {
    /// Runs a command to which a fault happens.
    pub async fn under(&self, command: &Command, fault: Option<&Fault>) -> Ran {
        self.under_with(command, fault, &|_| {}).await
    }

    /// The same, told what happens.
    pub async fn under_with(&self, command: &Command, fault: Option<&Fault>, sink: &(dyn Fn(Event) + Sync)) -> Ran {
        let cloud = self.cloud();
        let cut = Cut::new(fault.filter(|fault| !matches!(fault, Fault::Weather(_))).cloned(), self.lag());
        match fault {
            Some(Fault::Weather(words)) => {
                cloud.faults().install(FaultInjector::from_spec(words).expect("words of a spec"))
            }
            _ => cloud.faults().install(Arc::clone(&cut) as Arc<dyn ebbtide_cloud::faults::CallHook>),
        }
        let backend = Flaky::new(self.backend(), Arc::clone(&cut));
        let result = tokio::select! {
            biased;
            () = cut.over() => None,
            result = self.run_on(&cloud, backend, command, sink) => Some(result),
        };
        Ran { result, calls: cut.calls(), writes: cut.writes() }
    }

    /// What exists, seen in the cloud alone.
    pub async fn inventory(&self) -> Inventory {
        inventory(&Self::aws(&self.present())).await
    }

    /// Puts data into everything that can hold it.
    pub async fn put_data(&self) {
        storage_data(&Self::aws(&self.present())).await;
    }

    /// Runs a command again, to which nothing happens, and answers what is wrong then: it must reach its target, there must
    /// be nothing left to do, and what exists must be what exists in the twin's cloud.
    pub async fn settles(&self, command: &Command, expected: &Inventory) -> Result<(), String> {
        self.reaches(command).await.map_err(|wrong| format!("run again, it failed: {wrong}"))?;
        // What was done last is shown by then.
        tokio::time::sleep(self.lag()).await;
        let plan = self.plan(command).await.map_err(|failure| format!("planned once more, it failed: {failure}"))?;
        if !plan.is_empty() {
            let told: Vec<_> =
                plan.operations.iter().map(|o| format!("{} {} ({})", o.operation, o.address, o.reason)).collect();
            return Err(format!("it has not converged: {}", told.join("; ")));
        }
        if self.document().await.is_some_and(|document| document.run.is_some()) {
            return Err("its run is still open".to_owned());
        }
        let wrong = difference(expected, &self.inventory().await);
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
    }
}
