/**
 * Files that people import: CSV checked as a whole before anything is written, and a
 * report that says what became of each row.
 */
@NullMarked
package app.stockroom.imports;

import org.jspecify.annotations.NullMarked;
