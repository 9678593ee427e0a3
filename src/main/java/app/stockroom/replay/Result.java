package app.stockroom.replay;

import org.jspecify.annotations.Nullable;

/**
 * What became of a movement, for good.
 *
 * @param movement what was posted
 * @param replayed whether an earlier request with its key had done it already
 * @param quantityAfter the record's quantity after it; null if it was refused
 * @param problem why it was refused, or null
 */
record Result(Movement movement, boolean replayed, @Nullable Long quantityAfter, @Nullable String problem) {
}
