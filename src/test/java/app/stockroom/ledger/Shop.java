package app.stockroom.ledger;

import java.util.List;
import java.util.UUID;

import app.stockroom.ledger.Command.Line;
import app.stockroom.ledger.Command.Note;
import app.stockroom.ledger.Command.ProductRef;
import app.stockroom.platform.Ids;
import app.stockroom.tenancy.TenantId;
import app.stockroom.tenancy.Tenants;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A tenant of its own for a test, with products to post to.
 */
public record Shop(Ledger ledger, TenantId tenant) {

	public static Shop open(Ledger ledger, Tenants tenants) {
		TenantId tenant = new TenantId(Ids.next());
		tenants.open(tenant, "Shop " + tenant, 10, 1000).block();
		return new Shop(ledger, tenant);
	}

	/** Creates a product and brings its stock to a quantity. */
	public UUID product(String sku, long quantity) {
		UUID id = Ids.next();
		change(Entry.SubjectKind.PRODUCT, id, CatalogChange.Action.CREATE, null,
				"{\"sku\":\"%s\",\"name\":\"%s\",\"barcodes\":[],\"status\":\"ACTIVE\"}".formatted(sku, sku));
		if (quantity > 0) {
			accepted(command(in(id, quantity)));
		}
		return id;
	}

	/** Creates a warehouse. */
	public UUID warehouse(String name) {
		UUID id = Ids.next();
		change(Entry.SubjectKind.WAREHOUSE, id, CatalogChange.Action.CREATE, null,
				"{\"name\":\"%s\",\"status\":\"ACTIVE\"}".formatted(name));
		return id;
	}

	/** Changes a product or a warehouse. */
	public void change(Entry.SubjectKind subject, UUID id, CatalogChange.Action action, @Nullable Long expectedVersion,
			@Nullable String state) {
		this.ledger.change(this.tenant, new CatalogChange(subject, id, action, expectedVersion, state, "test")).block();
	}

	public static Line in(UUID product, long quantity) {
		return new Line(ProductRef.of(product), null, EntryType.IN, quantity, 0, Note.NONE, null);
	}

	public static Line out(UUID product, long quantity) {
		return new Line(ProductRef.of(product), null, EntryType.OUT, -quantity, 0, Note.NONE, null);
	}

	public static Command command(Line... lines) {
		return keyed(null, 0, lines);
	}

	/** A command under a key; the same body number is the same body. */
	public static Command keyed(@Nullable String key, long body, Line... lines) {
		return new Command("test", List.of(lines), (key != null) ? new Command.Key(key, new UUID(0, body)) : null);
	}

	public Outcome post(Command command) {
		return this.ledger.post(this.tenant, command).block();
	}

	public List<Entry> accepted(Command command) {
		Outcome outcome = post(command);
		assertThat(outcome).isInstanceOf(Outcome.Accepted.class);
		return ((Outcome.Accepted) outcome).entries();
	}

	public Outcome.Refused refused(Command command) {
		Outcome outcome = post(command);
		assertThat(outcome).isInstanceOf(Outcome.Refused.class);
		return (Outcome.Refused) outcome;
	}

}
