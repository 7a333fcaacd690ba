import { applies } from "./apply.js";

applies("stopped-one");
