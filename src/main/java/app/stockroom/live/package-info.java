/**
 * The live feeds: stock, ledger and alerts over Server-Sent Events, resumable from the
 * ledger.
 */
@NullMarked
package app.stockroom.live;

import org.jspecify.annotations.NullMarked;
