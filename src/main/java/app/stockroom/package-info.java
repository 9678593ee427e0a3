/**
 * The application's entry point; each module is a package below.
 */
@NullMarked
package app.stockroom;

import org.jspecify.annotations.NullMarked;
