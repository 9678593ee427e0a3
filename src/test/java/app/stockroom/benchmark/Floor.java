package app.stockroom.benchmark;

import java.util.Map;
import java.io.IOException;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

import app.stockroom.ledger.FlushStatement;
import org.HdrHistogram.Histogram;
import org.postgresql.PGConnection;

/**
 * What the database does when it is asked directly: the references of the table. Each
 * client is a thread with a connection and a prepared statement, as in pgbench.
 */
final class Floor {

	static final String CHANGE = """
			with changed as (
			  update inventory set quantity = quantity - 1, version = version + 1, updated_at = now()
			  where tenant_id = ?::uuid and id = ?::uuid and quantity - 1 >= reserved returning *)
			insert into movement (tenant_id, sequence, created_at, inventory_id, product_id, warehouse_id, delta, reserved_delta,
			  quantity_after, reserved_after, min_stock, max_stock, version, type, actor)
			select tenant_id, nextval('floor_sequence'), now(), id, product_id, warehouse_id, -1, 0, quantity, reserved, min_stock,
			  max_stock, version, 3, 'floor' from changed
			""";

	private static final String PAGE = """
			select i.id, i.product_id, i.warehouse_id, p.sku, p.name as product_name, w.name as warehouse_name, i.quantity, i.reserved,
			  i.quantity - i.reserved as available, i.min_stock, i.max_stock, i.version, i.created_at, i.updated_at
			from inventory i
			join product p on p.tenant_id = i.tenant_id and p.id = i.product_id
			join warehouse w on w.tenant_id = i.tenant_id and w.id = i.warehouse_id
			where i.tenant_id = ?::uuid and i.id > ?::uuid and p.deleted_at is null and w.deleted_at is null
			order by i.id limit 50
			""";

	private final Bed bed;

	Floor(Bed bed) {
		this.bed = bed;
	}

	/**
	 * One single-statement change a transaction, over all records.
	 * @param perSecond at a constant rate over all clients, latency counted from when
	 * each was due; 0 for as many as go
	 */
	Sample uniform(int clients, double perSecond, Duration warmUp, Duration measured) {
		return statements(CHANGE, clients, perSecond, warmUp, measured, (statement) -> {
			int tenant = ThreadLocalRandom.current().nextInt(Bed.TENANTS);
			statement.setString(1, Bed.tenant(tenant).toString());
			statement.setString(2,
					Bed.record(tenant, 2 + ThreadLocalRandom.current().nextInt(Bed.RECORDS - 2)).toString());
			statement.executeUpdate();
		});
	}

	/** The same on one record. */
	Sample hot(int clients, Duration warmUp, Duration measured) {
		return statements(CHANGE, clients, 0, warmUp, measured, (statement) -> {
			statement.setString(1, Bed.tenant(0).toString());
			statement.setString(2, Bed.record(0, 0).toString());
			statement.executeUpdate();
		});
	}

	/** A page of fifty records with their products. */
	Sample page(int clients, Duration warmUp, Duration measured) {
		return statements(PAGE, clients, 0, warmUp, measured, (statement) -> {
			int tenant = ThreadLocalRandom.current().nextInt(Bed.TENANTS);
			statement.setString(1, Bed.tenant(tenant).toString());
			statement.setString(2, Bed.record(tenant, 0).toString());
			try (var rows = statement.executeQuery()) {
				while (rows.next()) {
					rows.getLong(7);
				}
			}
		});
	}

	/**
	 * The function that the service itself calls, with 1000 movements a call and one
	 * client for each tenant. Counts movements.
	 */
	Sample flush(Duration warmUp, Duration measured) {
		return measure(Bed.TENANTS, 0, warmUp, measured, (client) -> {
			Connection connection = this.bed.application();
			FlushStatement flush = new FlushStatement(connection);
			return new Client(connection, () -> flush.out(Bed.tenant(client), 1000,
					() -> Bed.product(client, 2 + ThreadLocalRandom.current().nextInt(Bed.RECORDS - 2))));
		});
	}

	/** Reads the long ledger with COPY. Counts rows. */
	Sample copy() throws SQLException, IOException {
		try (Connection connection = this.bed.superuser("floor")) {
			long begun = System.nanoTime();
			long rows = connection.unwrap(PGConnection.class)
				.getCopyAPI()
				.copyOut("copy (select * from movement where tenant_id = '%s' order by sequence) to stdout (format csv)"
					.formatted(Bed.tenant(Bed.ARCHIVE)), OutputStream.nullOutputStream());
			return Sample.of(rows, Duration.ofNanos(System.nanoTime() - begun));
		}
	}

	private Sample statements(String sql, int clients, double perSecond, Duration warmUp, Duration measured,
			Transaction transaction) {
		return measure(clients, perSecond, warmUp, measured, (_) -> {
			Connection connection = this.bed.superuser("floor");
			PreparedStatement statement = connection.prepareStatement(sql);
			return new Client(connection, () -> {
				transaction.run(statement);
				return 1;
			});
		});
	}

	private static Sample measure(int clients, double perSecond, Duration warmUp, Duration measured,
			Connector connector) {
		try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
			List<Client> connected = new ArrayList<>();
			for (int i = 0; i < clients; i++) {
				connected.add(connector.connect(i));
			}
			long from = System.nanoTime() + warmUp.toNanos();
			long until = from + measured.toNanos();
			long interval = (perSecond > 0) ? (long) (clients / perSecond * 1e9) : 0;
			List<Future<Histogram>> loops = new ArrayList<>();
			long[] done = new long[clients];
			for (int i = 0; i < clients; i++) {
				int client = i;
				loops.add(threads.submit(() -> loop(connected.get(client), from, until, interval, done, client)));
			}
			Histogram latency = Sample.histogram();
			for (Future<Histogram> loop : loops) {
				latency.add(loop.get());
			}
			long all = 0;
			for (long one : done) {
				all += one;
			}
			return new Sample(all, measured, latency, Map.of());
		}
		catch (SQLException | ExecutionException | InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Histogram loop(Client client, long from, long until, long interval, long[] done, int index)
			throws Exception {
		Histogram latency = Sample.histogram();
		try (Connection connection = client.connection()) {
			long due = System.nanoTime() + ((interval > 0) ? ThreadLocalRandom.current().nextLong(interval) : 0);
			while (due < until) {
				LockSupport.parkNanos(due - System.nanoTime());
				int count = client.work().call();
				long now = System.nanoTime();
				if (due >= from && now < until) {
					latency.recordValue((now - due) / 1000);
					done[index] += count;
				}
				due = (interval > 0) ? due + interval : now;
			}
		}
		return latency;
	}

	private record Client(Connection connection, Callable<Integer> work) {
	}

	@FunctionalInterface
	private interface Connector {

		Client connect(int client) throws SQLException;

	}

	@FunctionalInterface
	private interface Transaction {

		void run(PreparedStatement statement) throws SQLException;

	}

}
