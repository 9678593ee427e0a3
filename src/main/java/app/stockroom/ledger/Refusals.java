package app.stockroom.ledger;

import java.util.function.UnaryOperator;

import app.stockroom.platform.Problem;
import app.stockroom.platform.Problems;
import app.stockroom.platform.Refusal;
import app.stockroom.tenancy.TenantId;
import io.r2dbc.spi.Statement;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Refusals as clients were told them, kept with their keys. Whoever hears one has heard
 * what is kept, so that a repetition hears the same, whatever has become of the stock and
 * the catalogue since.
 */
final class Refusals {

	private static final String KEEP = "select keep_refusal_1($1, $2, $3, $4)";

	private final Writer writer;

	Refusals(Writer writer) {
		this.writer = writer;
	}

	/** The refusal that is kept with a key; empty if there is none. */
	Mono<Refusal> find(TenantId tenant, Command.Key key) {
		return keep(tenant, key, (statement) -> statement.bindNull(3, String.class));
	}

	/**
	 * Keeps a refusal unless another was told before, and answers the one that is kept.
	 */
	Mono<Refusal> keep(TenantId tenant, Command.Key key, Refusal refusal) {
		return keep(tenant, key, (statement) -> statement.bind(3, Problems.encode(refusal))).defaultIfEmpty(refusal);
	}

	private Mono<Refusal> keep(TenantId tenant, Command.Key key, UnaryOperator<Statement> told) {
		return this.writer
			.call(KEEP,
					(statement) -> told
						.apply(statement.bind(0, tenant.value()).bind(1, key.value()).bind(2, key.fingerprint())),
					(row) -> new Kept(row.get(0, String.class)))
			.flatMap((rows) -> Mono.justOrEmpty(rows.getFirst().told()).map(Problems::decode))
			// It can be asked for again with the key; to say it now might be to say
			// another thing then.
			.onErrorMap(WriteFailure.class, (_) -> Problem.UNAVAILABLE
				.because("The request was refused, but the refusal cannot be kept right now. Try again."));
	}

	/** A row, which may hold nothing. */
	private record Kept(@Nullable String told) {
	}

}
