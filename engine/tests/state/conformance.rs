//! The table: every case with every backend and every key. A new backend or key is one line.

use crate::world::{KMS, PASSPHRASE, StateLocation, With};

macro_rules! each {
    ($name:ident, $place:expr, $with:expr, $($file:ident: $($case:ident)+;)+) => {
        mod $name {
            use super::*;
            use crate::cases;
            use crate::world::World;

            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    cases::$file::$case(&World::new($place, $with).await).await;
                }
            )+)+
        }
    };
}

macro_rules! conforms {
    ($name:ident: $place:expr, $with:expr) => {
        each! {
            $name, $place, $with,
            writing:
                a_commit_is_read_back
                earlier_serials_stay_readable_byte_for_byte
                serials_tells_all_and_at_reads_each
                unsound_documents_are_refused
                what_was_read_is_what_is_replaced
                another_lineage_or_serial_is_never_overwritten
                what_was_replaced_by_hand_is_not_overwritten;
            holding:
                a_second_writer_is_told_who_has_it
                what_is_dropped_is_free_in_time
                unlocking_takes_the_lease_from_its_holder;
            journal:
                lines_come_back_in_order
                only_lines_of_the_run_are_told
                a_line_that_was_cut_off_is_dropped
                a_damaged_line_is_diagnosed
                a_commit_ends_the_journal;
            reading:
                what_is_no_document_is_diagnosed
                an_older_format_is_migrated
                what_contradicts_itself_is_diagnosed;
            moving:
                state_moves_there_and_back
                what_is_there_is_not_moved_over
                an_open_run_is_not_moved
                a_move_cut_off_anywhere_can_be_repeated;
            keys:
                state_is_encrypted_anew
                another_key_or_none_says_so
                encrypting_anew_cut_off_anywhere_can_be_repeated;
        }
    };
}

conforms!(local_plain: StateLocation::Directory, With::Nothing);
conforms!(local_passphrase: StateLocation::Directory, PASSPHRASE);
conforms!(local_kms: StateLocation::Directory, KMS);
conforms!(s3_plain: StateLocation::Bucket, With::Nothing);
conforms!(s3_passphrase: StateLocation::Bucket, PASSPHRASE);
conforms!(s3_kms: StateLocation::Bucket, KMS);
