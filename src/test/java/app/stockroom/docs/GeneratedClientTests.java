package app.stockroom.docs;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import app.stockroom.StockroomTest;
import app.stockroom.tenancy.TenantId;
import app.stockroom.tenancy.Tenants;
import com.fasterxml.jackson.core.JsonProcessingException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stockroom.client.ApiClient;
import stockroom.client.ApiException;
import stockroom.client.ApiResponse;
import stockroom.client.api.AlertsApi;
import stockroom.client.api.AlertsApi.APIAcknowledgeAlertRequest;
import stockroom.client.api.AlertsApi.APIListAlertsRequest;
import stockroom.client.api.InventoryApi;
import stockroom.client.api.InventoryApi.APIListInventoryRequest;
import stockroom.client.api.InventoryApi.APISummarizeInventoryRequest;
import stockroom.client.api.MovementsApi;
import stockroom.client.api.MovementsApi.APIListMovementsRequest;
import stockroom.client.api.MovementsApi.APIPostMovementRequest;
import stockroom.client.api.MovementsApi.APIPostMovementsRequest;
import stockroom.client.api.ProductsApi;
import stockroom.client.api.ProductsApi.APICreateProductRequest;
import stockroom.client.api.ProductsApi.APIDeleteProductRequest;
import stockroom.client.api.ProductsApi.APIListProductsRequest;
import stockroom.client.api.ProductsApi.APIPatchProductRequest;
import stockroom.client.api.ReservationsApi;
import stockroom.client.api.ReservationsApi.APICommitReservationRequest;
import stockroom.client.api.ReservationsApi.APIReserveRequest;
import stockroom.client.api.StockCountsApi;
import stockroom.client.api.StockCountsApi.APICountStockRequest;
import stockroom.client.api.TokensApi;
import stockroom.client.api.TokensApi.APIIssueDevTokenRequest;
import stockroom.client.api.TransfersApi;
import stockroom.client.api.TransfersApi.APIReceiveTransferRequest;
import stockroom.client.api.TransfersApi.APITransferRequest;
import stockroom.client.api.WarehousesApi;
import stockroom.client.api.WarehousesApi.APICreateWarehouseRequest;
import stockroom.client.model.Alert;
import stockroom.client.model.AlertState;
import stockroom.client.model.BatchMovement;
import stockroom.client.model.BatchOutcome;
import stockroom.client.model.CountedLine;
import stockroom.client.model.InventoryRecord;
import stockroom.client.model.Movement;
import stockroom.client.model.MovementPage;
import stockroom.client.model.MovementType;
import stockroom.client.model.NewMovement;
import stockroom.client.model.NewMovementType;
import stockroom.client.model.NewProduct;
import stockroom.client.model.NewReservation;
import stockroom.client.model.NewTransfer;
import stockroom.client.model.NewWarehouse;
import stockroom.client.model.Problem;
import stockroom.client.model.Product;
import stockroom.client.model.ProductPatch;
import stockroom.client.model.ProductSort;
import stockroom.client.model.Reservation;
import stockroom.client.model.ReservationCommit;
import stockroom.client.model.ReservationLine;
import stockroom.client.model.ReservationStatus;
import stockroom.client.model.SortOrder;
import stockroom.client.model.StockCount;
import stockroom.client.model.StockCountResult;
import stockroom.client.model.StockStatus;
import stockroom.client.model.TokenRequest;
import stockroom.client.model.Transfer;
import stockroom.client.model.TransferLine;
import stockroom.client.model.TransferMode;
import stockroom.client.model.TransferReceipt;
import stockroom.client.model.TransferStatus;
import stockroom.client.model.Warehouse;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * A client that the build has made of openapi.yaml calls the service: what the
 * description says is enough to work with it.
 */
@StockroomTest
class GeneratedClientTests {

	@Autowired
	private Tenants tenants;

	@LocalServerPort
	private int port;

	private final ApiClient client = new ApiClient();

	private MovementsApi movements;

	private ProductsApi products;

	@BeforeEach
	void signIn() throws ApiException {
		this.client.updateBaseUri("http://localhost:" + this.port);
		this.client.setReadTimeout(Duration.ofSeconds(30));
		UUID tenant = UUID.randomUUID();
		this.tenants.open(new TenantId(tenant), "Test", 10, 1000).block();
		String token = new TokensApi(this.client)
			.issueDevToken(APIIssueDevTokenRequest.newBuilder()
				.tokenRequest(new TokenRequest().tenantId(tenant).scope("inventory:read inventory:write catalog:write"))
				.build())
			.getAccessToken();
		this.client.setRequestInterceptor((request) -> request.header("Authorization", "Bearer " + token));
		this.movements = new MovementsApi(this.client);
		this.products = new ProductsApi(this.client);
	}

	@Test
	void theCatalogueIsKept() throws ApiException {
		Product chair = product("CHAIR-1");
		assertThat(chair.getVersion()).isEqualTo(1);
		ApiResponse<Product> renamed = this.products.patchProductWithHttpInfo(APIPatchProductRequest.newBuilder()
			.id(chair.getId())
			.ifMatch("\"1\"")
			.productPatch(new ProductPatch().name("Armchair"))
			.build());
		assertThat(renamed.getData().getName()).isEqualTo("Armchair");
		assertThat(renamed.getHeaders().get("etag")).containsExactly("\"2\"");
		product("TABLE-1");
		List<Product> sorted = this.products
			.listProducts(APIListProductsRequest.newBuilder().sortBy(ProductSort.SKU).order(SortOrder.DESC).build())
			.getItems();
		assertThat(sorted).extracting(Product::getSku).containsExactly("TABLE-1", "CHAIR-1");
		this.products.deleteProduct(APIDeleteProductRequest.newBuilder().id(chair.getId()).build());
		assertThat(this.products.listProducts(APIListProductsRequest.newBuilder().build()).getTotal()).isEqualTo(1);
	}

	@Test
	void aMovementSentTwiceWithAKeyIsOne() throws ApiException {
		product("CHAIR-1");
		APIPostMovementRequest delivery = APIPostMovementRequest.newBuilder()
			.idempotencyKey("delivery-7")
			.newMovement(new NewMovement().sku("CHAIR-1").type(NewMovementType.IN).quantity(40L).reference("D 7"))
			.build();
		ApiResponse<Movement> first = this.movements.postMovementWithHttpInfo(delivery);
		ApiResponse<Movement> again = this.movements.postMovementWithHttpInfo(delivery);
		assertThat(first.getStatusCode()).isEqualTo(201);
		assertThat(again.getData()).isEqualTo(first.getData());
		assertThat(again.getHeaders().get("idempotency-replayed")).containsExactly("true");
		assertThat(record().getQuantity()).isEqualTo(40);
		List<BatchOutcome> outcomes = this.movements.postMovements(APIPostMovementsRequest.newBuilder()
			.batchMovement(List.of(new BatchMovement().sku("CHAIR-1").type(NewMovementType.OUT).quantity(1L),
					new BatchMovement().sku("CHAIR-1").type(NewMovementType.OUT).quantity(100L)))
			.build());
		assertThat(outcomes).extracting(BatchOutcome::getStatus).containsExactly(201, 409);
		assertThat(outcomes.getLast().getProblem().getAvailable()).isEqualTo(39);
	}

	@Test
	void aRefusalIsAProblemWithItsNumbers() throws ApiException {
		product("CHAIR-1");
		move(NewMovementType.IN, 3);
		Problem problem = refusal(() -> move(NewMovementType.OUT, 5));
		assertThat(problem.getType()).isEqualTo(URI.create("urn:stockroom:insufficient-stock"));
		assertThat(problem.getStatus()).isEqualTo(409);
		assertThat(problem.getRequested()).isEqualTo(5);
		assertThat(problem.getAvailable()).isEqualTo(3);
		Problem invalid = refusal(() -> move(NewMovementType.OUT, -1));
		assertThat(invalid.getErrors()).singleElement()
			.satisfies((error) -> assertThat(error.getField()).isEqualTo("quantity"));
	}

	@Test
	void stockIsReservedAndSold() throws ApiException {
		product("CHAIR-1");
		move(NewMovementType.IN, 40);
		ReservationsApi reservations = new ReservationsApi(this.client);
		Reservation held = reservations.reserve(APIReserveRequest.newBuilder()
			.newReservation(new NewReservation().ttlSeconds(600)
				.addLinesItem(new ReservationLine().sku("CHAIR-1").quantity(5L)))
			.build());
		assertThat(held.getStatus()).isEqualTo(ReservationStatus.HELD);
		assertThat(record().getAvailable()).isEqualTo(35);
		Reservation sold = reservations.commitReservation(APICommitReservationRequest.newBuilder()
			.id(held.getId())
			.reservationCommit(new ReservationCommit().addLinesItem(new ReservationLine().sku("CHAIR-1").quantity(4L)))
			.build());
		assertThat(sold.getStatus()).isEqualTo(ReservationStatus.COMMITTED);
		assertThat(sold.getLines().getFirst().getCommitted()).isEqualTo(4);
		assertThat(record().getAvailable()).isEqualTo(36);
		Problem problem = refusal(() -> reservations.commitReservation(APICommitReservationRequest.newBuilder()
			.id(held.getId())
			.reservationCommit(new ReservationCommit())
			.build()));
		assertThat(problem.getReservationStatus()).isEqualTo(ReservationStatus.COMMITTED);
	}

	@Test
	void stockMovesAndArrives() throws ApiException {
		product("CHAIR-1");
		move(NewMovementType.IN, 40);
		UUID main = record().getWarehouseId();
		Warehouse north = new WarehousesApi(this.client).createWarehouse(
				APICreateWarehouseRequest.newBuilder().newWarehouse(new NewWarehouse().name("North")).build());
		TransfersApi transfers = new TransfersApi(this.client);
		Transfer sent = transfers.transfer(APITransferRequest.newBuilder()
			.newTransfer(new NewTransfer().fromWarehouseId(main)
				.toWarehouseId(north.getId())
				.mode(TransferMode.IN_TRANSIT)
				.addLinesItem(new TransferLine().sku("CHAIR-1").quantity(10L)))
			.build());
		assertThat(sent.getStatus()).isEqualTo(TransferStatus.IN_TRANSIT);
		Transfer received = transfers.receiveTransfer(APIReceiveTransferRequest.newBuilder()
			.id(sent.getId())
			.transferReceipt(
					new TransferReceipt().closing(true).addLinesItem(new TransferLine().sku("CHAIR-1").quantity(9L)))
			.build());
		assertThat(received.getStatus()).isEqualTo(TransferStatus.CLOSED);
		assertThat(received.getLines().getFirst().getLost()).isEqualTo(1);
		assertThat(new InventoryApi(this.client).summarizeInventory(APISummarizeInventoryRequest.newBuilder().build())
			.getTotal()
			.getQuantity()).isEqualTo(39);
	}

	@Test
	void whatWasCountedIsAdjustedAndWhatIsLowAlerts() throws ApiException {
		product("CHAIR-1");
		move(NewMovementType.IN, 40);
		StockCountResult counted = new StockCountsApi(this.client).countStock(APICountStockRequest.newBuilder()
			.stockCount(new StockCount().addLinesItem(new CountedLine().sku("CHAIR-1").counted(7L)))
			.build());
		assertThat(counted.getMovements()).singleElement().satisfies((movement) -> {
			assertThat(movement.getType()).isEqualTo(MovementType.ADJUSTMENT);
			assertThat(movement.getDelta()).isEqualTo(-33);
		});
		assertThat(record().getStatus()).isEqualTo(StockStatus.LOW_STOCK);
		AlertsApi alerts = new AlertsApi(this.client);
		Alert open = alerts.listAlerts(APIListAlertsRequest.newBuilder().build()).getItems().getFirst();
		Alert acknowledged = alerts.acknowledgeAlert(APIAcknowledgeAlertRequest.newBuilder().id(open.getId()).build());
		assertThat(acknowledged.getState()).isEqualTo(AlertState.ACKNOWLEDGED);
	}

	@Test
	void aListIsWalkedByCursor() throws ApiException {
		product("CHAIR-1");
		for (int i = 0; i < 5; i++) {
			move(NewMovementType.IN, 1);
		}
		List<Long> sequences = new ArrayList<>();
		String cursor = null;
		do {
			MovementPage page = this.movements.listMovements(APIListMovementsRequest.newBuilder()
				.type(List.of(MovementType.IN, MovementType.OPENING))
				.limit(2)
				.cursor(cursor)
				.build());
			page.getItems().forEach((movement) -> sequences.add(movement.getSequence()));
			cursor = page.getNextCursor();
		}
		while (cursor != null);
		assertThat(sequences).containsExactly(7L, 6L, 5L, 4L, 3L, 2L);
	}

	private Product product(String sku) throws ApiException {
		return this.products.createProduct(
				APICreateProductRequest.newBuilder().newProduct(new NewProduct().sku(sku).name("A " + sku)).build());
	}

	private Movement move(NewMovementType type, long quantity) throws ApiException {
		return this.movements.postMovement(APIPostMovementRequest.newBuilder()
			.newMovement(new NewMovement().sku("CHAIR-1").type(type).quantity(quantity))
			.build());
	}

	private InventoryRecord record() throws ApiException {
		return new InventoryApi(this.client).listInventory(APIListInventoryRequest.newBuilder().build())
			.getItems()
			.getFirst();
	}

	/** What the client made of a refusal. */
	private Problem refusal(Call call) {
		ApiException refused = catchThrowableOfType(ApiException.class, call::send);
		try {
			return this.client.getObjectMapper().readValue(refused.getResponseBody(), Problem.class);
		}
		catch (JsonProcessingException ex) {
			throw new AssertionError("No problem document: " + refused.getResponseBody(), ex);
		}
	}

	private interface Call {

		Object send() throws ApiException;

	}

}
