import Alpine from "@alpinejs/csp";
import "htmx.org";
import { offerCopies } from "./copy.js";
import { keepHistory } from "./history.js";
import { takeLinks } from "./links.js";
import { keepPane } from "./pane.js";
import { startReading } from "./reading.js";
import { searchBox } from "./search-box.js";

keepHistory();
keepPane();
takeLinks();
offerCopies();
Alpine.data("searchBox", searchBox);
Alpine.start();
startReading();
