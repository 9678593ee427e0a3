/**
 * Real PostgreSQL and Redis inside the process's own folder, for one-command runs and
 * tests.
 */
@NullMarked
package app.stockroom.embedded;

import org.jspecify.annotations.NullMarked;
