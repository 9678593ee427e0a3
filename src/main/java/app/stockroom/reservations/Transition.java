package app.stockroom.reservations;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import app.stockroom.ledger.Command;
import app.stockroom.ledger.Entry;
import app.stockroom.ledger.EntryType;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A reservation's next state and, with it, the stock that it takes or sets free: both
 * happen or neither.
 *
 * @param id the reservation
 * @param from the version it leaves; null for a new reservation
 * @param status its next status
 * @param reference the client's own document
 * @param lines its lines afterwards
 * @param ttlSeconds how long it holds from now on; null to leave that as it is
 * @param unexpired whether its time must not be over
 */
record Transition(UUID id, @Nullable Long from, Reservation.Status status, @Nullable String reference,
		List<Reservation.Line> lines, @Nullable Integer ttlSeconds, boolean unexpired) {

	Command command(String actor, Command.@Nullable Key key, JsonMapper json) {
		Entry.Subject subject = new Entry.Subject(Entry.SubjectKind.RESERVATION, this.id, null);
		List<Command.Line> moves = new ArrayList<>();
		this.lines.forEach((line) -> move(line, subject, moves));
		moves.add(Command.document(subject, new Command.DocumentChange(this.from, this.status.name(), this.reference,
				json.valueToTree(new Body(this.lines)), this.ttlSeconds, this.unexpired)));
		return new Command(actor, moves, key);
	}

	private void move(Reservation.Line line, Entry.Subject subject, List<Command.Line> moves) {
		if (this.status == Reservation.Status.HELD && this.from != null) {
			return; // what it holds stays
		}
		long quantity = line.quantity();
		if (this.from == null) {
			moves.add(move(line, EntryType.RESERVE, 0, quantity, subject));
			return;
		}
		long committed = (line.committed() != null) ? line.committed() : 0;
		if (committed > 0) {
			moves.add(move(line, EntryType.COMMIT, -committed, -committed, subject));
		}
		if (quantity > committed) {
			moves.add(move(line, EntryType.RELEASE, 0, committed - quantity, subject));
		}
	}

	private Command.Line move(Reservation.Line line, EntryType type, long delta, long reservedDelta,
			Entry.Subject subject) {
		return new Command.Line(Command.ProductRef.of(line.productId()), line.warehouseId(), type, delta, reservedDelta,
				new Command.Note(null, this.reference, null), Command.Terms.of(subject));
	}

	/** What the document keeps beside its own columns. */
	private record Body(List<Reservation.Line> lines) {
	}

}
