/**
 * Stock counts: what people found on the shelves, against what the ledger says.
 */
@NullMarked
package app.stockroom.counts;

import org.jspecify.annotations.NullMarked;
