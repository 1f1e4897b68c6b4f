/** A document as a small shop of pets would write it, with an API key, in OpenAPI 3.0. */
export const PETS = `
openapi: 3.0.3
info: { title: Happy Pets API, version: "1.2" }
servers:
  - url: https://{region}.pets.example/v1/
    variables:
      region: { default: eu, description: Where your shop is, enum: [eu, us] }
  - url: https://sandbox.pets.example/v1
security: [{ key: [] }]
paths:
  /pets/{petId}:
    parameters:
      - $ref: "#/components/parameters/petId"
    get:
      operationId: getPetById
      summary: Find pet by ID.
      description: |
        Returns a single pet,
        with its tags.
      parameters:
        - { name: fields, in: query, explode: false, schema: { type: array, items: { type: string } } }
        - { name: tags, in: query, schema: { type: array, items: { type: string, enum: [cat, dog] } } }
        - { name: X-Trace, in: header, schema: { type: string, maxLength: 64 } }
        - { name: filter, in: query, style: deepObject, schema: { type: object } }
        - { name: session, in: cookie, schema: { type: string } }
        - { name: Authorization, in: header, schema: { type: string } }
      responses:
        "200":
          description: The pet
          content: { application/json: { schema: { $ref: "#/components/schemas/Pet" } } }
        "404":
          description: No such pet
          content: { application/json: { schema: { type: object, properties: { error: { type: object, properties: { message: { type: string } } } } } } }
    delete:
      operationId: delete-pet
      responses: { "204": { description: Gone } }
  /pets:
    get:
      summary: List pets
      parameters:
        - { name: cursor, in: query, schema: { type: string } }
        - { name: limit, in: query, schema: { type: integer, default: 20, maximum: 100 } }
      responses:
        "200":
          description: A page
          content:
            application/json:
              schema:
                type: object
                required: [items]
                properties:
                  items: { type: array, items: { $ref: "#/components/schemas/Pet" } }
                  next: { type: string, nullable: true }
    post:
      operationId: addPet
      summary: Add a pet
      parameters: [{ name: Idempotency-Key, in: header, required: true, schema: { type: string } }]
      requestBody:
        required: true
        content: { application/json: { schema: { $ref: "#/components/schemas/Pet" } } }
      responses:
        "201":
          description: The new pet
          content: { application/json: { schema: { $ref: "#/components/schemas/Pet" } } }
  /pets/{petId}/photo:
    post:
      operationId: addPhoto
      parameters: [{ $ref: "#/components/parameters/petId" }]
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              required: [caption]
              properties: { caption: { type: string }, photo: { type: string, format: binary } }
      responses: { "200": { description: A picture, content: { image/png: { schema: { type: string, format: binary } } } } }
  /pets/{petId}/film:
    put:
      operationId: putFilm
      parameters: [{ $ref: "#/components/parameters/petId" }]
      requestBody: { required: true, content: { video/mp4: { schema: { type: string, format: binary } } } }
      responses: { "204": { description: Stored } }
components:
  parameters:
    petId: { name: petId, in: path, required: true, description: Number of the pet, schema: { type: integer, format: int64 } }
  securitySchemes:
    key: { type: apiKey, in: header, name: X-Api-Key }
  schemas:
    Named: { type: object, required: [name], properties: { name: { type: string, maxLength: 80 } } }
    Pet:
      allOf:
        - $ref: "#/components/schemas/Named"
        - type: object
          required: [id]
          properties:
            id: { type: integer, readOnly: true }
            born: { type: string, format: date }
            status: { type: string, enum: [available, sold], default: available }
            tags: { type: array, items: { type: string } }
            secret: { type: string, writeOnly: true }
            parent: { $ref: "#/components/schemas/Pet" }
            extra: { oneOf: [{ type: string }, { type: integer }] }
            links: { $ref: "https://pets.example/links.json#/Links" }
`;

/** A document as a vendor of desks writes it, with logins, scopes and bearer tokens, in OpenAPI 3.1 (JSON). */
export const DESK = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 'Desk', version: '2026-01' },
  servers: [{ url: '/api/v2' }],
  security: [{ login: ['read'] }, { token: [] }],
  paths: {
    '/users/me.json': { get: { operationId: 'ShowSelf', responses: { '200': { description: 'You' } } } },
    '/users/me': {
      get: { operationId: 'ShowMe', responses: { '200': { description: 'You' } } },
    },
    '/tickets': {
      get: {
        operationId: 'tickets/list',
        responses: {
          '200': {
            description: 'All',
            content: {
              'application/vnd.desk+json': {
                schema: { type: 'array', items: { $ref: '#/components/schemas/Ticket' } },
              },
            },
          },
          default: {
            description: 'Trouble',
            content: {
              'application/json': { schema: { type: 'object', properties: { message: { type: 'string' } } } },
            },
          },
        },
      },
      post: {
        operationId: 'tickets/create',
        summary: 'Create ticket',
        security: [{ login: ['read', 'tickets:write'] }],
        requestBody: {
          required: true,
          content: { 'application/x-www-form-urlencoded': { schema: { $ref: '#/components/schemas/NewTicket' } } },
        },
        responses: {
          '201': {
            description: 'Made',
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Ticket' } } },
          },
        },
      },
    },
    '/files': {
      servers: [{ url: 'https://files.desk.example' }],
      put: {
        operationId: 'putNote',
        requestBody: { required: true, content: { 'text/plain': { schema: { type: 'string' } } } },
        responses: { '200': { description: 'ok', content: { 'text/plain': {} } } },
      },
    },
    '/search': {
      post: {
        operationId: 'search',
        requestBody: {
          content: { 'application/json': { schema: { oneOf: [{ type: 'string' }, { type: 'object' }] } } },
        },
        responses: { '200': { description: 'Found', content: { 'application/json': {} } } },
      },
    },
  },
  components: {
    securitySchemes: {
      login: {
        type: 'oauth2',
        flows: {
          authorizationCode: {
            authorizationUrl: 'https://desk.example/oauth/authorizations/new',
            tokenUrl: 'https://desk.example/oauth/tokens',
            scopes: { read: 'Read', 'tickets:write': 'Write tickets' },
          },
        },
      },
      token: { type: 'http', scheme: 'bearer' },
    },
    schemas: {
      NewTicket: {
        type: 'object',
        required: ['subject'],
        properties: {
          subject: { type: ['string', 'null'], description: 'In a line' },
          priority: { enum: ['low', 'high', null], type: ['string', 'null'] },
          due: { type: 'string', format: 'date-time', default: 'tomorrow' },
        },
      },
      Ticket: {
        type: 'object',
        required: ['id', 'subject'],
        properties: {
          id: { type: 'integer' },
          subject: { type: ['string', 'null'] },
          open: { type: 'boolean' },
          related: { type: 'array', items: { $ref: '#/components/schemas/Ticket' } },
          odd: { type: ['string', 'integer'] },
        },
      },
    },
  },
});
