/**
 * The engine: decides every stock change of a tenant in order and writes it, with its
 * entry, in one database call.
 */
@NullMarked
package app.stockroom.ledger;

import org.jspecify.annotations.NullMarked;
