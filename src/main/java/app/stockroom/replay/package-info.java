/**
 * A command-line client that replays a sales file through the public API and checks every
 * product afterwards.
 */
@NullMarked
package app.stockroom.replay;

import org.jspecify.annotations.NullMarked;
