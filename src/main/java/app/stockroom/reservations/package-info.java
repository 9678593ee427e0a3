/**
 * Stock held for a customer for a while, until it is sold, set free or forgotten.
 */
@NullMarked
package app.stockroom.reservations;

import org.jspecify.annotations.NullMarked;
