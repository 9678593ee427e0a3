/**
 * The page at {@code /}: static files, which a browser keeps and asks after each time.
 */
@NullMarked
package app.stockroom.dashboard;

import org.jspecify.annotations.NullMarked;
