/**
 * Comma-separated values, read as strictly as RFC 4180 is written.
 */
@NullMarked
package app.stockroom.csv;

import org.jspecify.annotations.NullMarked;
