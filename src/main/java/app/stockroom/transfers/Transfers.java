package app.stockroom.transfers;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

import app.stockroom.ledger.Command;
import app.stockroom.ledger.Command.DocumentChange;
import app.stockroom.ledger.Entry;
import app.stockroom.ledger.EntryType;
import app.stockroom.ledger.Ledger;
import app.stockroom.ledger.Outcome;
import app.stockroom.platform.Ids;
import app.stockroom.platform.IfMatch;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import app.stockroom.platform.Table;
import app.stockroom.products.Products;
import app.stockroom.tenancy.Caller;
import app.stockroom.tenancy.Listing;
import app.stockroom.tenancy.Reads;
import app.stockroom.tenancy.Rows;
import app.stockroom.tenancy.Sort;
import app.stockroom.tenancy.TenantId;
import io.r2dbc.spi.Readable;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.stereotype.Repository;

import static app.stockroom.platform.Columns.required;

/**
 * The transfers of a tenant. A transfer and the stock it moves change together, by one
 * command of the ledger.
 */
@Repository
class Transfers {

	private static final String SELECT = """
			select d.id, d.status, d.created_at, d.updated_at, document_state(d)::text as state
			from document d
			where d.tenant_id = $1 and d.kind = 4
			""";

	private static final Map<String, Sort> SORTS = Map.of("createdAt", Sort.time("created_at"), "updatedAt",
			Sort.time("updated_at"), "status", Sort.text("status"));

	private static final Table<Transfer> TABLE = Table.<Transfer>named("transfers")
		.plain("id", Transfer::id)
		.plain("status", Transfer::status)
		.text("reference", Transfer::reference)
		.plain("fromWarehouseId", Transfer::fromWarehouseId)
		.plain("toWarehouseId", Transfer::toWarehouseId)
		.plain("mode", Transfer::mode)
		.json("lines", Transfer::lines)
		.plain("version", Transfer::version)
		.plain("createdAt", Transfer::createdAt)
		.plain("updatedAt", Transfer::updatedAt);

	private final Listing<Transfer> listing;

	private final Reads reads;

	private final Ledger ledger;

	private final Products products;

	private final JsonMapper json;

	Transfers(Reads reads, Ledger ledger, Products products, JsonMapper json) {
		this.listing = new Listing<>(SELECT, SORTS, Sort.id("id"), true, this::transfer, TABLE);
		this.reads = reads;
		this.ledger = ledger;
		this.products = products;
		this.json = json;
	}

	Mono<Transfer> find(TenantId tenant, UUID id) {
		return this.reads.one(tenant, SELECT + "and d.id = $2", (statement) -> statement.bind("$2", id), this::transfer)
			.switchIfEmpty(Mono.error(() -> Problem.NOT_FOUND.because("There is no transfer with this id.")));
	}

	Rows<Transfer> rows(TenantId tenant, TransferFilter filter) {
		// A product too, which a filter may name by its SKU.
		return this.listing.rows(this.reads, tenant, filter.conditions(), "m.subject_kind in (1, 4)");
	}

	/**
	 * Sends stock on its way, and, when immediate, lets it arrive.
	 */
	Mono<Outcome> create(Caller caller, TransferRequest wanted, Command.@Nullable Key key) {
		Mono<Command> compiled = pieces(caller.tenant(), wanted.lines())
			.map((pieces) -> new Command(caller.subject(), departure(wanted, pieces), key));
		return decide(caller, compiled, asked(EntryType.TRANSFER_OUT, wanted.lines(), -1), key);
	}

	/**
	 * Lets some of a transfer arrive. While others receive of it too, it is read again.
	 */
	Mono<Outcome> receive(Caller caller, UUID id, IfMatch seen, Receipt receipt, Command.@Nullable Key key) {
		Mono<Command> compiled = find(caller.tenant(), id).doOnNext(seen::check)
			.zipWith(pieces(caller.tenant(), receipt.arrived()),
					(transfer, pieces) -> arrival(transfer, pieces, receipt.closes()))
			.map((lines) -> new Command(caller.subject(), lines, key));
		return decide(caller, compiled, asked(EntryType.TRANSFER_IN, receipt.arrived(), 1), key);
	}

	/**
	 * The transfer that a command made or changed.
	 */
	Transfer transfer(List<Entry> entries) {
		return this.json.treeToValue(Objects.requireNonNull(entries.getLast().subject()).state(), Transfer.class);
	}

	/** A request that cannot be compiled may repeat one that was done: its key knows. */
	private Mono<Outcome> decide(Caller caller, Mono<Command> compiled, List<Command.Line> asked,
			Command.@Nullable Key key) {
		Command repeated = new Command(caller.subject(), asked, key);
		return this.ledger.post(caller.tenant(), compiled)
			.onErrorResume(Refusal.class,
					(refusal) -> refusal.problem().status().is4xxClientError()
							? this.ledger.recall(caller.tenant(), repeated).switchIfEmpty(Mono.error(refusal))
							: Mono.error(refusal))
			.flatMap((outcome) -> this.ledger.told(caller.tenant(), key, outcome, Mono::just));
	}

	private static List<Command.Line> asked(EntryType type, List<Portion> lines, int sign) {
		return lines.stream()
			.map((line) -> new Command.Line(new Command.ProductRef(line.productId(), line.sku()), null, type,
					sign * line.quantity(), 0, Command.Note.NONE, null))
			.toList();
	}

	private Mono<Map<UUID, Long>> pieces(TenantId tenant, List<Portion> lines) {
		return this.products.ids(tenant, Portion.skus(lines)).map((ids) -> Portion.sum(lines, ids));
	}

	private List<Command.Line> departure(TransferRequest wanted, Map<UUID, Long> pieces) {
		Entry.Subject subject = new Entry.Subject(Entry.SubjectKind.TRANSFER, Ids.next(), null);
		Command.Note note = new Command.Note(null, wanted.reference(), null);
		List<Command.Line> lines = new ArrayList<>();
		pieces.forEach((product, quantity) -> lines
			.add(line(subject, EntryType.TRANSFER_OUT, product, wanted.fromWarehouseId(), -quantity, note)));
		if (!wanted.inTransit()) {
			pieces.forEach((product, quantity) -> lines
				.add(line(subject, EntryType.TRANSFER_IN, product, wanted.toWarehouseId(), quantity, note)));
		}
		Transfer.Status status = wanted.inTransit() ? Transfer.Status.IN_TRANSIT : Transfer.Status.COMPLETED;
		lines.add(
				Command
					.document(subject,
							new DocumentChange(null, status.name(), wanted.reference(), state(wanted.contents(pieces)),
									null, false))
					.taking(wanted.toWarehouseId()));
		return lines;
	}

	private List<Command.Line> arrival(Transfer transfer, Map<UUID, Long> pieces, boolean closing) {
		Transfer after = transfer.receive(pieces, closing);
		Entry.Subject subject = new Entry.Subject(Entry.SubjectKind.TRANSFER, transfer.id(), null);
		Command.Note note = new Command.Note(null, transfer.reference(), null);
		List<Command.Line> lines = new ArrayList<>();
		pieces.forEach((product, quantity) -> lines
			.add(line(subject, EntryType.TRANSFER_IN, product, transfer.toWarehouseId(), quantity, note)));
		lines.add(Command.document(subject, new DocumentChange(transfer.version(), after.status().name(), null,
				state(after.contents()), null, false)));
		return lines;
	}

	private static Command.Line line(Entry.Subject subject, EntryType type, UUID product, UUID warehouse, long delta,
			Command.Note note) {
		return new Command.Line(Command.ProductRef.of(product), warehouse, type, delta, 0, note,
				Command.Terms.of(subject));
	}

	private JsonNode state(Transfer.Contents contents) {
		return this.json.valueToTree(contents);
	}

	private Transfer transfer(Readable row) {
		return this.json.readValue(required(row, "state", String.class), Transfer.class);
	}

}
