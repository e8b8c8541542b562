import Alpine from "@alpinejs/csp";
import "htmx.org";
import { keepHistory } from "./history.js";
import { searchBox } from "./search-box.js";

keepHistory();
Alpine.data("searchBox", searchBox);
Alpine.start();
