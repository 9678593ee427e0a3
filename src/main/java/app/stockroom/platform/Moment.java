package app.stockroom.platform;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * A moment of a ledger, named by exactly one of its sequence and its time.
 *
 * @param sequence the last entry that counts
 * @param time what was written then or before counts
 */
public record Moment(@Nullable Long sequence, @Nullable Instant time) {
}
