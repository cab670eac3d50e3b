//! The list of providers, one for each kind of the library.

use super::registry::Providers;

/// Returns the providers of all kinds of AWS resources, those of any type among them. A kind of the library without a provider does not compile.
pub fn providers() -> Providers {
    ebbtide::with_every_kind!(Providers::new()).with_any_type()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_the_library_has_a_provider() {
        let providers = providers();
        for kind in ebbtide::aws::kinds().iter() {
            assert!(providers.get(&kind.info().name).is_some(), "{} has no provider", kind.info().name);
        }
        assert_eq!(providers.kinds().iter().count(), ebbtide::aws::kinds().iter().count());
    }
}
