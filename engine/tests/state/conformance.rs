//! The table of cases: each with every backend and every key. A new backend or key is one line.

use crate::world::{KMS, Location, PASSPHRASE, With};

macro_rules! each {
    ($name:ident, $location:expr, $with:expr, $($file:ident: $($case:ident)+;)+) => {
        mod $name {
            use super::*;
            use crate::cases;
            use crate::world::World;

            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    cases::$file::$case(&World::new($location, $with).await).await;
                }
            )+)+
        }
    };
}

macro_rules! conforms {
    ($name:ident: $location:expr, $with:expr) => {
        each! {
            $name, $location, $with,
            writing:
                a_commit_is_read_back
                earlier_serials_stay_readable_byte_for_byte
                all_serials_are_listed_and_each_is_read
                inconsistent_documents_are_refused
                a_commit_replaces_only_the_version_it_names
                another_lineage_or_serial_is_never_overwritten
                a_document_replaced_by_hand_is_not_overwritten
                the_history_is_read_from_an_index
                as_many_serials_are_kept_as_the_settings_say;
            locking:
                a_second_writer_learns_the_owner_of_the_lock
                a_dropped_session_ends_in_time
                unlocking_ends_the_lease_of_its_owner
                unlocking_lets_the_next_command_look_for_every_creation;
            journal:
                lines_come_back_in_order
                only_lines_of_the_open_run_are_read
                a_line_that_was_cut_off_is_dropped
                a_damaged_line_is_diagnosed
                a_commit_ends_the_journal;
            reading:
                bytes_that_are_no_document_are_diagnosed
                an_older_format_is_migrated
                a_document_that_contradicts_itself_is_diagnosed;
            ledger:
                a_ledger_is_read_back_in_order
                a_changed_or_missing_segment_is_diagnosed
                a_ledger_moves_with_its_state
                a_ledger_is_encrypted_again_with_its_state;
            moving:
                state_moves_there_and_back
                a_move_does_not_overwrite_other_state
                an_open_run_is_not_moved
                a_move_cut_off_anywhere_can_be_repeated;
            keys:
                rekeying_encrypts_every_serial_again
                a_wrong_or_missing_key_is_reported
                a_rekey_cut_off_anywhere_can_be_repeated;
        }
    };
}

conforms!(local_plain: Location::Directory, With::Nothing);
conforms!(local_passphrase: Location::Directory, PASSPHRASE);
conforms!(local_kms: Location::Directory, KMS);
conforms!(s3_plain: Location::Bucket, With::Nothing);
conforms!(s3_passphrase: Location::Bucket, PASSPHRASE);
conforms!(s3_kms: Location::Bucket, KMS);
