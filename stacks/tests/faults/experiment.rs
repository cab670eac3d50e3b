//! One command under one fault, and the checks once it was run again.

use std::sync::Arc;

use ebbtide_cloud::FaultInjector;
use ebbtide_engine::apply::{Event, Failure, Finished};

use crate::cut::Cut;
use crate::fault::Fault;
use crate::flaky::Flaky;
use crate::observer::{Inventory, difference, inventory, storage_data};
use crate::world::{Command, World};

/// The end of a command under a fault.
pub struct Ran {
    /// The result; `None` if the process ended first.
    pub result: Option<Result<Finished, Failure>>,
    pub calls: u64,
    pub writes: u64,
}

impl World {
    /// Runs a command under a fault.
    pub async fn under(&self, command: &Command, fault: Option<&Fault>) -> Ran {
        self.under_with(command, fault, &|_| {}).await
    }

    /// Runs a command under a fault and reports its events.
    pub async fn under_with(&self, command: &Command, fault: Option<&Fault>, on_event: &(dyn Fn(Event) + Sync)) -> Ran {
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
            result = self.run_on(&cloud, backend, command, on_event) => Some(result),
        };
        Ran { result, calls: cut.calls(), writes: cut.writes() }
    }

    /// Lists the resources that exist, from the cloud alone.
    pub async fn inventory(&self) -> Inventory {
        inventory(&Self::aws(&self.present())).await
    }

    /// Puts data into every resource that can hold it.
    pub async fn put_data(&self) {
        storage_data(&Self::aws(&self.present())).await;
    }

    /// Runs a command again without any fault. Returns an error in words unless it reaches its target, has nothing left to
    /// do, and leaves the same resources as in the twin's cloud.
    pub async fn settles(&self, command: &Command, expected: &Inventory) -> Result<(), String> {
        self.reaches(command).await.map_err(|wrong| format!("run again, it failed: {wrong}"))?;
        // The last changes are visible by then.
        tokio::time::sleep(self.lag()).await;
        let plan = self.plan(command).await.map_err(|failure| format!("planned once more, it failed: {failure}"))?;
        if !plan.is_empty() {
            let left: Vec<_> =
                plan.operations.iter().map(|o| format!("{} {} ({})", o.kind(), o.address, o.reason)).collect();
            return Err(format!("it has not converged: {}", left.join("; ")));
        }
        if self.document().await.is_some_and(|document| document.run.is_some()) {
            return Err("its run is still open".to_owned());
        }
        let wrong = difference(expected, &self.inventory().await);
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
    }
}
