import { makeApi } from './core/api';
import { mount } from './ui';

// The loader waits for this, and hands the page's calls on to what it is given.
type Ready = (make: (server: string) => unknown) => void;

const ready = (window as unknown as { __heliographWidget__?: Ready }).__heliographWidget__;
ready?.((server) => makeApi(server, mount));
